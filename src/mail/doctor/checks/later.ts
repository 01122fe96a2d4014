/** B2: the admin pages belong to later work; of them there is only what must not be seen. */
import { isPrivateAddress } from '#mail/abuse/protected';
import type { ServerContext } from '#mail/doctor/check';

export function adminPages({ server }: ServerContext) {
  const { address, port } = server.http;
  const shown = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  // `::` and 0.0.0.0 are every address, public ones too
  const isPrivate = address !== '::' && address !== '0.0.0.0' && isPrivateAddress(address);
  const finding = isPrivate ? ('later' as const) : ('exposed' as const);
  return { finding, values: { address: shown } };
}
