/** R4 and B2: what belongs to later work says so; of the admin pages there is only what must not be seen. */
import { isPrivateAddress } from '#mail/abuse/protected';
import type { ServerContext } from '#mail/doctor/check';

export function later(): { readonly finding: 'later'; readonly values: Record<never, never> } {
  return { finding: 'later', values: {} };
}

export function adminPages({ server }: ServerContext) {
  const { address, port } = server.http;
  const shown = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  // `::` and 0.0.0.0 are every address, public ones too
  const isPrivate = address !== '::' && address !== '0.0.0.0' && isPrivateAddress(address);
  const finding = isPrivate ? ('later' as const) : ('exposed' as const);
  return { finding, values: { address: shown } };
}
