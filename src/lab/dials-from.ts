/** Whoever asks by HTTP does so from an address of its own, by which others know it. */
import type { Dialer } from '#clients/smtp/dial';
import type { LabHost } from './addresses.ts';
import type { LabNetwork } from './network.ts';

export function dialsFrom(
  { dialer, addressOf }: Pick<LabNetwork, 'dialer' | 'addressOf'>,
  host: LabHost,
): Dialer {
  const localAddress = addressOf(host);
  return { localAddress, dial: (target) => dialer.dial({ localAddress, ...target }) };
}
