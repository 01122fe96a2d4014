/**
 * Who is never banned and whose rate is never limited: this machine, private networks, gateways behind which many stand, and whom the
 * operator trusts. Behind each of these addresses may be everybody: a balancer or a container's bridge hides all clients.
 */
import { carriedIpv4, parseIp, type IpAddress } from '#protocol/address/ip-address';
import { contains, readNetwork, type Networks } from '#protocol/address/network';

/** Loopback, RFC 1918, link-local, carrier-grade NAT (RFC 6598), unique local (RFC 4193) and «this host». */
const PRIVATE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/127',
  'fc00::/7',
  'fe80::/10',
].map((text) => readNetwork(text)!);

/** An IPv6 address that stands for an IPv4 address is what that one is. */
export function isPrivateAddress(address: string): boolean {
  const read = parseIp(address);
  return read !== undefined && (isWithin(read) || isWithin(carriedIpv4(read)));
}

function isWithin(address: IpAddress | undefined): boolean {
  return address !== undefined && PRIVATE.some((network) => contains(network, address));
}

export interface ProtectedOptions {
  /** Balancers that send PROXY headers, and networks that the operator trusts. */
  readonly trusted: readonly Networks[];
  /** Of the machine's default routes: in a container they stand for every client. */
  readonly gateways: readonly string[];
  readonly isOwnAddress: (address: string) => boolean;
  /** Who stands for many or is of the house. Undefined: {@link isPrivateAddress}. */
  readonly isPrivate?: ((address: string) => boolean) | undefined;
}

/** Whether an address is protected; `text` in the form of `plainAddress`. */
export function protectedAddresses({
  trusted,
  gateways,
  isOwnAddress,
  isPrivate = isPrivateAddress,
}: ProtectedOptions): (address: string) => boolean {
  const routers = new Set(gateways);
  return (address) =>
    isPrivate(address) ||
    routers.has(address) ||
    trusted.some((networks) => networks.has(address)) ||
    isOwnAddress(address);
}
