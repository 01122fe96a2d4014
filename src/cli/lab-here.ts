/**
 * The practice Internet around the running server, for commands that ask the DNS or dial by themselves: with one there, they mean its
 * names. Without one they use the real network.
 */
import { systemClock, type Clock } from '#clock';
import type { ClockView } from '#lab/clock-calls';
import type { LabNetwork } from '#lab/network';
import type { WorldView } from '#lab/world-calls';
import { callAdded, NoServer } from './control.ts';
import { CommandFailure } from './failure.ts';
import { settings } from './settings.ts';
import type { SettingsOptions } from './settings-options.ts';

export interface LabHere {
  readonly network: LabNetwork;
  /** The calendar of the practice Internet. */
  readonly clock: Clock;
  /** PEM. */
  readonly trustedRoots: readonly string[];
}

/** Undefined where no server runs, or one without a practice Internet. @throws CommandFailure */
export async function labHere(options: SettingsOptions): Promise<LabHere | undefined> {
  if (!settings('dev', options)['lab.on']) return undefined;
  try {
    const view = await callAdded<WorldView>(options, 'lab/world', {});
    const clock = await callAdded<ClockView>(options, 'lab/clock', {});
    const { labNetwork } = await import('#lab/network');
    const network = labNetwork({ prefix: view.prefix, ownPorts: new Map(view.ownPorts) });
    return { network, clock: clockFrom(clock), trustedRoots: view.trustedRoots };
  } catch (error) {
    // a server without one does not know the call
    if (error instanceof NoServer || error instanceof CommandFailure) return undefined;
    throw error;
  }
}

/** For a command that goes where records lead: until it is disposed of, nothing of this process leaves the machine. */
export async function stayInside(lab: LabHere | undefined): Promise<Disposable | undefined> {
  if (lab === undefined) return undefined;
  const { guardTheWayOut } = await import('#lab/guard/guard');
  return guardTheWayOut({ allowed: [], refused: () => {} });
}

/** Goes on from what the server said. */
function clockFrom({ calendar, rate }: ClockView): Clock {
  const [shown, asked] = [Date.parse(calendar), Date.now()];
  return { ...systemClock, now: () => shown + (Date.now() - asked) * rate };
}
