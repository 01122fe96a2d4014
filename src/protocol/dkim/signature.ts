/**
 * The DKIM-Signature field as a value (RFC 6376 §3.5, RFC 8463 §3, RFC 8616 §4), read from its tag-list.
 * «Verifiers MUST meticulously validate the format and values» (§6.1.1): every tag is checked here, what
 * depends on key or clock is checked in verify.ts. `format-signature.ts` is the inverse.
 */
import { decodeBase64, decodeUtf8, fromLatin1 } from '#bytes';
import { toAscii } from '#protocol/address/domain';
import type { Canonicalization } from './canonicalize-body.ts';
import { decodeQuotedPrintable } from './quoted-printable.ts';
import type { Reason } from './rules.ts';
import { parseTagList, type Tag } from './tag-list.ts';
import { removeFws, splitColons, trimFws } from './white-space.ts';

export type Algorithm = 'rsa-sha256' | 'ed25519-sha256';

export interface Signature {
  /** a=. rsa-sha1 is known so that it can be refused by name (RFC 8301 §3.1). */
  readonly algorithm: Algorithm | 'rsa-sha1';
  /** b=; empty only while the signature is being made. */
  readonly signature: Uint8Array;
  /** bh= */
  readonly bodyHash: Uint8Array;
  /** c= */
  readonly canonicalization: { readonly header: Canonicalization; readonly body: Canonicalization };
  /** d=, the SDID, in lower-case A-labels. */
  readonly domain: string;
  /** s=, in lower-case A-labels. */
  readonly selector: string;
  /** h=, as written, with repetitions. */
  readonly signedFields: readonly string[];
  /** i=, the AUID; by default an empty local part at d=. Its domain is in lower-case A-labels. */
  readonly identity: { readonly localPart: string; readonly domain: string };
  /** l=, octets of the canonical body that are signed; capped at 2^53-1. */
  readonly bodyLength?: number;
  /** t= and x=, seconds since 1970. */
  readonly timestamp?: number;
  readonly expiration?: number;
  /** z=, copies of fields as they were when signed, for diagnosis alone. */
  readonly copiedFields?: readonly { readonly name: string; readonly value: Uint8Array }[];
}

export interface SignatureError {
  readonly kind: 'error';
  readonly reason: Reason;
  /** The tag at fault, where it is one. */
  readonly tag?: string;
  /** d= and s=, as far as they could be read, for reports. */
  readonly domain?: string;
  readonly selector?: string;
}

export type ParsedSignature =
  | {
      readonly kind: 'signature';
      readonly signature: Signature;
      /** Octet offsets in the text of what §3.7 removes: the value of b= and the white space around it. */
      readonly removed: { readonly start: number; readonly end: number };
    }
  | SignatureError;

type Tags = ReadonlyMap<string, Tag>;
type Fault = { readonly reason: Reason; readonly tag: string };

/** What two kinds of field with the same tags differ in. */
export interface SignatureForm {
  readonly required: readonly string[];
  /** v= and i= (AUID) are DKIM's alone, and what h= must name. */
  readonly isDkim: boolean;
}

const DKIM_SIGNATURE: SignatureForm = {
  required: ['v', 'a', 'b', 'bh', 'd', 'h', 's'],
  isDkim: true,
};
/** ARC-Message-Signature (RFC 8617 §4.1.2). What its h= leaves out, From even, is for who trusts the sealer to judge. */
export const ARC_MESSAGE_SIGNATURE: SignatureForm = {
  required: ['a', 'b', 'bh', 'd', 'h', 's'],
  isDkim: false,
};

const FIELD_NAME = /^[\x21-\x39\x3c-\x7e]+$/;
// RFC 6376 §3.1 with the underscore that selectors carry in practice
const SELECTOR = /^[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/;
const CANONICALIZATION = /^(simple|relaxed)(?:\/(simple|relaxed))?$/;

/** Reads the value of a DKIM-Signature field: everything after its colon, one character per octet. */
export function parseSignature(text: string): ParsedSignature {
  const list = parseTagList(text);
  return list.kind === 'error'
    ? { kind: 'error', reason: 'malformed-tag-list' }
    : readSignature(list.tags, DKIM_SIGNATURE);
}

/** Reads a signature from its tags, by the rules of a kind of field that has DKIM's tags. */
export function readSignature(tags: Tags, form: SignatureForm): ParsedSignature {
  const domain = readDomain(value(tags, 'd'));
  const selector = readSelector(value(tags, 's'));
  const known = { ...(domain && { domain }), ...(selector && { selector }) };
  const missing = form.required.find((name) => !tags.has(name));
  if (missing) return { kind: 'error', reason: 'missing-tag', tag: missing, ...known };
  const read = readTags(tags, domain, selector, form);
  if ('reason' in read) return { kind: 'error', ...read, ...known };
  const { start, end } = tags.get('b')!;
  return { kind: 'signature', signature: read, removed: { start, end } };
}

function readTags(
  tags: Tags,
  domain: string | undefined,
  selector: string | undefined,
  form: SignatureForm,
): Signature | Fault {
  if (form.isDkim && value(tags, 'v') !== '1') return { reason: 'unsupported-version', tag: 'v' };
  const algorithm = readAlgorithm(value(tags, 'a'));
  if (!algorithm) return { reason: 'unsupported-algorithm', tag: 'a' };
  const signature = readBase64(value(tags, 'b'));
  if (!signature) return malformed('b');
  const bodyHash = readBase64(value(tags, 'bh'));
  if (!bodyHash) return malformed('bh');
  if (!domain) return malformed('d');
  if (!selector) return malformed('s');
  const canonicalization = readCanonicalization(value(tags, 'c'));
  if (!canonicalization) return { reason: 'unsupported-canonicalization', tag: 'c' };
  const named = splitColons(value(tags, 'h'));
  const signedFields = form.isDkim ? named : named.filter((name) => name !== '');
  if (!signedFields.every((name) => FIELD_NAME.test(name))) return malformed('h');
  if (form.isDkim && !signedFields.some((name) => name.toLowerCase() === 'from')) {
    return { reason: 'from-not-signed', tag: 'h' };
  }
  const queryMethods = splitColons(value(tags, 'q', 'dns/txt').toLowerCase());
  if (!queryMethods.includes('dns/txt')) return { reason: 'unsupported-query-method', tag: 'q' };
  const identity = form.isDkim ? readIdentity(tags, domain) : { localPart: '', domain };
  if ('reason' in identity) return identity;
  const numbers = readNumbers(tags);
  if ('reason' in numbers) return numbers;
  const copiedFields = tags.has('z') ? readCopiedFields(value(tags, 'z')) : undefined;
  if (tags.has('z') && !copiedFields) return malformed('z');
  return {
    algorithm,
    signature,
    bodyHash,
    canonicalization,
    domain,
    selector,
    signedFields,
    identity,
    ...numbers,
    ...(copiedFields && { copiedFields }),
  };
}

// a=, c= and q= are read whatever their case, as their ABNF allows; §3.2 by itself would not.
export function readAlgorithm(text: string): Signature['algorithm'] | undefined {
  const name = text.toLowerCase();
  return name === 'rsa-sha256' || name === 'ed25519-sha256' || name === 'rsa-sha1'
    ? name
    : undefined;
}

function readCanonicalization(text: string): Signature['canonicalization'] | undefined {
  const match = CANONICALIZATION.exec(text === '' ? 'simple/simple' : text.toLowerCase());
  if (!match) return undefined;
  // «if only one algorithm is named, that algorithm is used for the header and "simple" for the body»
  return {
    header: match[1] as Canonicalization,
    body: (match[2] ?? 'simple') as Canonicalization,
  };
}

/** i=: its domain is d= or lies under it (§3.5, §6.1.1). */
function readIdentity(tags: Tags, domain: string): Signature['identity'] | Fault {
  if (!tags.has('i')) return { localPart: '', domain };
  const octets = decodeQuotedPrintable(value(tags, 'i'));
  const text = octets && decodeUtf8(octets);
  const at = text?.lastIndexOf('@') ?? -1;
  const host = text && at >= 0 ? toAscii(text.slice(at + 1)) : undefined;
  if (!text || !host) return malformed('i');
  if (host !== domain && !host.endsWith(`.${domain}`)) {
    return { reason: 'domain-mismatch', tag: 'i' };
  }
  return { localPart: text.slice(0, at), domain: host };
}

function readNumbers(
  tags: Tags,
): Pick<Signature, 'bodyLength' | 'timestamp' | 'expiration'> | Fault {
  const bodyLength = readNumber(tags, 'l', 76);
  if (bodyLength === 'malformed') return malformed('l');
  const timestamp = readNumber(tags, 't', 12);
  if (timestamp === 'malformed') return malformed('t');
  const expiration = readNumber(tags, 'x', 12);
  if (expiration === 'malformed') return malformed('x');
  // «The value of the "x=" tag MUST be greater than the value of the "t=" tag if both are present»
  if (timestamp !== undefined && expiration !== undefined && expiration <= timestamp) {
    return malformed('x');
  }
  return {
    ...(bodyLength !== undefined && { bodyLength }),
    ...(timestamp !== undefined && { timestamp }),
    ...(expiration !== undefined && { expiration }),
  };
}

/** t=, x=, l=; undefined where the tag is absent. */
export function readNumber(
  tags: Tags,
  name: string,
  digits: number,
): number | undefined | 'malformed' {
  const text = tags.get(name)?.value;
  if (text === undefined) return undefined;
  if (text.length > digits || !/^[0-9]+$/.test(text)) return 'malformed';
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

function readCopiedFields(text: string): Signature['copiedFields'] | undefined {
  const fields = text.split('|').map((copy) => {
    const colon = copy.indexOf(':');
    const name = trimFws(copy.slice(0, Math.max(colon, 0)));
    const octets = decodeQuotedPrintable(copy.slice(colon + 1));
    return FIELD_NAME.test(name) && octets ? { name, value: octets } : undefined;
  });
  return fields.every((field) => field !== undefined) ? fields : undefined;
}

/** b=, bh=: base64 with folding in it; never empty. */
export function readBase64(text: string): Uint8Array | undefined {
  const octets = decodeBase64(removeFws(text));
  return octets && octets.length > 0 ? octets : undefined;
}

/**
 * d=: a domain in lower-case A-labels. Of two labels at least, as the ABNF of §3.5 has it: whoever held a top-level domain could
 * otherwise sign for every identity below it.
 */
export function readDomain(text: string): string | undefined {
  const domain = readName(text);
  return domain?.includes('.') ? domain : undefined;
}

/** s=: a selector in lower-case A-labels. */
export function readSelector(text: string): string | undefined {
  const lower = text.toLowerCase();
  return SELECTOR.test(lower) ? lower : readName(text);
}

function readName(text: string): string | undefined {
  return toAscii(decodeUtf8(fromLatin1(text)) ?? '');
}

function value(tags: Tags, name: string, otherwise = ''): string {
  return tags.get(name)?.value ?? otherwise;
}

function malformed(tag: string): Fault {
  return { reason: 'malformed-tag', tag };
}
