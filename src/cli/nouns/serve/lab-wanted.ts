/** Whether the practice Internet opens around a server that is started. */
import type { Config, Mode } from '#config';
import { CommandFailure } from '#cli/failure';

export interface LabWish {
  /** False: `--no-lab`. */
  readonly lab?: boolean;
  /** By `hikyaku lab up`, which is nothing without it. */
  readonly labAsked?: boolean;
}

/** @throws CommandFailure where it was asked for and cannot be */
export function labWanted(
  mode: Mode,
  { 'lab.on': on, dns }: Pick<Config, 'lab.on' | 'dns'>,
  { lab, labAsked = false }: LabWish,
): boolean {
  // who names a resolver wants that DNS, not the one of the practice Internet
  const ownDns = dns.length > 0;
  if (!labAsked) return mode === 'dev' && on && lab !== false && !ownDns;
  if (!ownDns) return true;
  throw new CommandFailure(
    `the practice Internet has a DNS of its own, and the setting dns names ${dns.join(' ')}`,
    'Take dns out of the settings (hikyaku config show --origin tells where it is set), or run hikyaku dev, which asks that resolver.',
  );
}
