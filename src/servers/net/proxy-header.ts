/**
 * The PROXY protocol, versions 1 and 2 (the specification of HAProxy): the header by which a load balancer says who the
 * client is. Pure: octets in, the header or a reason out. The whole header must come before anything else, so a reader
 * either knows where it ends, wants more, or refuses. Bounded: a header that does not end within the limit is refused.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { latin1, view } from '#bytes';

export type ProxyHeader =
  /** More octets are needed. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly reason: ProxyHeaderDefect }
  | {
      readonly kind: 'header';
      /** Octets that the header takes. */
      readonly length: number;
      /** Undefined: the connection is the balancer's own (LOCAL), or its client has no IP address. */
      readonly client: { readonly address: string; readonly port: number } | undefined;
    };

export type ProxyHeaderDefect =
  | 'no-signature'
  | 'too-long'
  | 'bad-version'
  | 'bad-command'
  | 'bad-address'
  | 'short-address'
  | 'bad-tlv';

/** Version 1: the longest line with its CRLF. */
const MAX_LINE = 107;
/** Version 2: room for addresses and extensions such as a client certificate's names. */
const MAX_BINARY = 4096;

const SIGNATURE_1 = Buffer.from('PROXY ', 'latin1');
const SIGNATURE_2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const PREFIX_2 = 16;

/** Reads the header at the start of `octets`. */
export function readProxyHeader(octets: Uint8Array): ProxyHeader {
  const bytes = view(octets);
  if (startsLike(bytes, SIGNATURE_2)) return readBinary(bytes);
  if (startsLike(bytes, SIGNATURE_1)) return readLine(bytes);
  return malformed('no-signature');
}

function malformed(reason: ProxyHeaderDefect): ProxyHeader {
  return { kind: 'malformed', reason };
}

const INCOMPLETE: ProxyHeader = { kind: 'incomplete' };

/** Whether the octets at hand are a beginning of the signature, or begin with it. */
function startsLike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

function readLine(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_LINE).indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length < MAX_LINE ? INCOMPLETE : malformed('too-long');
  const length = end + 2;
  const words = latin1(bytes.subarray(SIGNATURE_1.length, end)).split(' ');
  const [family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words;
  // what follows UNKNOWN is to be ignored
  if (family === 'UNKNOWN') return { kind: 'header', length, client: undefined };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : undefined;
  if (
    isAddress === undefined ||
    words.length !== 5 ||
    !isAddress(source) ||
    !isAddress(destination) ||
    !isPort(sourcePort) ||
    !isPort(destinationPort)
  )
    return malformed('bad-address');
  return { kind: 'header', length, client: { address: source, port: Number(sourcePort) } };
}

/** Without leading zeros. */
function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function readBinary(bytes: Buffer): ProxyHeader {
  if (bytes.length < PREFIX_2) return INCOMPLETE;
  const length = PREFIX_2 + bytes.readUInt16BE(14);
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 0x0f];
  if (version !== 2) return malformed('bad-version');
  if (command > 1) return malformed('bad-command');
  if (length > MAX_BINARY) return malformed('too-long');
  if (bytes.length < length) return INCOMPLETE;
  const local = command === 0;
  const body = bytes.subarray(PREFIX_2, length);
  // the addresses of a LOCAL connection are to be ignored, whatever they are
  if (local) return { kind: 'header', length, client: undefined };
  return readAddresses(bytes[13]!, body, length);
}

/** Octets of the address block by family. */
const ADDRESS_OCTETS: readonly (number | undefined)[] = [0, 12, 36, 216];

function readAddresses(familyAndTransport: number, body: Buffer, length: number): ProxyHeader {
  const [family, transport] = [familyAndTransport >> 4, familyAndTransport & 0x0f];
  const octets = ADDRESS_OCTETS[family];
  if (octets === undefined || transport > 2) return malformed('bad-address');
  if (body.length < octets) return malformed('short-address');
  // UNSPEC says nothing about what follows.
  if (family !== 0 && !areTlvs(body.subarray(octets))) return malformed('bad-tlv');
  if (family === 1) {
    const address = body.subarray(0, 4).join('.');
    return { kind: 'header', length, client: { address, port: body.readUInt16BE(8) } };
  }
  if (family === 2) {
    const address = ipv6Text(body.subarray(0, 16));
    return { kind: 'header', length, client: { address, port: body.readUInt16BE(32) } };
  }
  return { kind: 'header', length, client: undefined };
}

/** Type, length and value one after another, up to the end; none is of use here. */
function areTlvs(bytes: Buffer): boolean {
  let at = 0;
  while (at + 3 <= bytes.length) at += 3 + bytes.readUInt16BE(at + 1);
  return at === bytes.length;
}

/** In the short form (RFC 5952), as the system writes addresses. */
function ipv6Text(octets: Buffer): string {
  const words: string[] = [];
  for (let at = 0; at < 16; at += 2) words.push(octets.readUInt16BE(at).toString(16));
  return new URL(`http://[${words.join(':')}]/`).hostname.slice(1, -1);
}
