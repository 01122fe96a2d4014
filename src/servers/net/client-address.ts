/** The address of a client in the one form that the rest of the program sees. Called by the listeners. */

/** Without zone; an IPv4 address that came through an IPv6 socket as the IPv4 address (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string): string {
  const zone = address.indexOf('%');
  const bare = zone < 0 ? address : address.slice(0, zone);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}
