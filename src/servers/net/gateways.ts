/**
 * The machine's default gateways, from Linux's tables of routes. In a container, and behind some routers, every client comes from one of
 * these: who bans it bans everybody. Called by the composition root.
 */
import { readFile } from 'node:fs/promises';

/** Empty where the system has no such tables. */
export async function defaultGateways(): Promise<string[]> {
  const [ipv4, ipv6] = await Promise.all(
    ['/proc/net/route', '/proc/net/ipv6_route'].map((file) =>
      readFile(file, 'latin1').catch(() => ''),
    ),
  );
  return [...readGateways4(ipv4!), ...readGateways6(ipv6!)];
}

/** `/proc/net/route`: interface, destination, gateway as octets in the order of the processor, hexadecimal. */
export function readGateways4(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [, destination, gateway] = line.split(/\s+/);
    if (destination !== '00000000' || !/^[0-9A-F]{8}$/i.test(gateway ?? '')) return [];
    const octets = Buffer.from(gateway!, 'hex');
    // the processors that Node.js runs on have the low octet first
    return octets.every((octet) => octet === 0) ? [] : [octets.toReversed().join('.')];
  });
}

/** `/proc/net/ipv6_route`: destination and its length, source and its length, next hop. */
export function readGateways6(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const [destination, bits, , , gateway] = line.split(/\s+/);
    if (!/^0{32}$/.test(destination ?? '') || bits !== '00') return [];
    if (!/^[0-9a-f]{32}$/.test(gateway ?? '') || /^0+$/.test(gateway!)) return [];
    const words = gateway!.replaceAll(/(.{4})(?=.)/g, '$1:');
    return [new URL(`http://[${words}]/`).hostname.slice(1, -1)];
  });
}
