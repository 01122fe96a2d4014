/** The loopback: addresses by which a machine reaches itself and nobody else (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
import { parseIp, unmapped } from '#protocol/address/ip-address';
import { contains, readNetwork } from '#protocol/address/network';

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => readNetwork(text)!);

/** False for a name, whatever it leads to. */
export function isOnLoopback(host: string): boolean {
  const read = parseIp(host);
  return read !== undefined && LOOPBACK.some((network) => contains(network, unmapped(read)));
}
