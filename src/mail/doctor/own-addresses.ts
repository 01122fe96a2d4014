/** From which addresses mail leaves, as far as that is known without asking. */
import { canonicalAddress } from '#clients/dns/address';
import type { Context } from './context.ts';
import type { CommonOutcome } from './outcome.ts';

/** Those of the settings, else the public ones of this machine. */
export function sendingAddresses({
  settings,
  host,
}: Pick<Context, 'settings' | 'host'>): readonly string[] {
  const named = settings.addresses.length > 0 ? settings.addresses : host.publicAddresses();
  return [...new Set(named.map(canonicalAddress))];
}

export const NO_ADDRESS: CommonOutcome = { finding: 'no-address', values: {} };
