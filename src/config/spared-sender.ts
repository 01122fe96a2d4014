/** Whom greylisting spares, as it stands in the settings: a domain, an address, or a network. */
import { isIP } from 'node:net';
import { toAscii } from '#protocol/address/domain';

export type SparedSender =
  | { readonly kind: 'network'; readonly network: string }
  /** In A-labels; those below it too. */
  | { readonly kind: 'domain'; readonly domain: string };

/** Undefined where it is nothing of the kind. */
export function readSparedSender(text: string): SparedSender | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0) {
    const domain = bits === undefined ? toAscii(text) : undefined;
    return domain === undefined ? undefined : { kind: 'domain', domain };
  }
  const most = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  return prefix > most || more.length > 0 ? undefined : { kind: 'network', network: text };
}
