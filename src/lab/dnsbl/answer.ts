/**
 * What the block list answers in the DNS (RFC 5782 §2): 127.0.0.2 for a listed address with the reason beside it, nothing for the others,
 * and codes below 127.255.255.0/24 for who may not ask, as the big lists do.
 */
import { parseIp, reverseLabels } from '#protocol/address/ip-address';

export const ZONE = 'dnsbl.test';
/** Seconds. */
export const TTL = 300;

export const REFUSALS = ['typing-error', 'public-resolver', 'too-many'] as const;
export type Refused = (typeof REFUSALS)[number];

/** RFC 5782 §5 has no such codes: these are what a large list of today uses. */
export const REFUSAL_CODES: Readonly<Record<Refused, string>> = {
  'typing-error': '127.255.255.252',
  'public-resolver': '127.255.255.254',
  'too-many': '127.255.255.255',
};

export interface Look {
  readonly isListed: (address: string) => boolean;
  readonly reason: (address: string) => string;
  /** Undefined: everybody may ask. */
  readonly refused: Refused | undefined;
}

/** Values of one name and type; empty: the name has none of the type; undefined: there is no such name. */
export function answerOf(name: string, type: string, look: Look): readonly string[] | undefined {
  const address = askedAddress(name);
  if (address === undefined) return undefined;
  if (look.refused !== undefined) {
    const why = `https://why.lab.test/dnsbl-${look.refused}`;
    return valuesOf(type, REFUSAL_CODES[look.refused], why);
  }
  // RFC 5782 §5: so that an operator can see whether the list works
  const listed = address === '127.0.0.2' || (address !== '127.0.0.1' && look.isListed(address));
  return listed ? valuesOf(type, '127.0.0.2', look.reason(address)) : undefined;
}

function valuesOf(type: string, code: string, text: string): readonly string[] {
  if (type === 'A') return [code];
  return type === 'TXT' ? [`"${text}"`] : [];
}

function askedAddress(name: string): string | undefined {
  const suffix = `.${ZONE}`;
  if (!name.endsWith(suffix)) return undefined;
  const labels = name.slice(0, -suffix.length).split('.');
  if (labels.length !== 4) return undefined;
  const address = labels.toReversed().join('.');
  const read = parseIp(address);
  return read !== undefined && reverseLabels(read) === labels.join('.') ? address : undefined;
}
