/** Whoever asks by HTTP does so from an address of its own, by which others know it. */
import type { Dialer } from '#clients/smtp/dial';
import type { LabHost } from './addresses.ts';
import type { LabNetwork } from './network.ts';

export function dialsFrom(
  { dialer, addressOf }: Pick<LabNetwork, 'dialer' | 'addressOf'>,
  host: LabHost,
): Dialer {
  return { dial: (target) => dialer.dial({ localAddress: addressOf(host), ...target }) };
}
