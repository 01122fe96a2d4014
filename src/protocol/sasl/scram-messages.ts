/**
 * The four messages of SCRAM (RFC 5802 §7), parsed and formatted. Parsing keeps the exact text where the
 * proofs are computed over it. Unknown optional attributes are ignored, `m=` is refused (§5.1).
 */
import { base64, decodeBase64 } from '#bytes';

/** The client's word on channel binding (RFC 5802 §6): not supported, not offered by you, or used. */
export type ChannelBindingFlag =
  | { readonly kind: 'n' }
  | { readonly kind: 'y' }
  | { readonly kind: 'p'; readonly name: string };

export interface ClientFirst {
  readonly flag: ChannelBindingFlag;
  /** '' where none was given. */
  readonly authzid: string;
  readonly username: string;
  readonly nonce: string;
  /** `gs2-header` as written: part of what `c=` binds. */
  readonly gs2Header: string;
  /** `client-first-message-bare` as written: part of the AuthMessage. */
  readonly bare: string;
}

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface ClientFinal {
  readonly channelBinding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** `client-final-message-without-proof` as written. */
  readonly withoutProof: string;
}

export type ServerFinal =
  | { readonly kind: 'verifier'; readonly signature: Uint8Array }
  | { readonly kind: 'error'; readonly error: string };

/** `server-error-value` of RFC 5802 §7 as far as they are sent here. */
export type ScramError =
  | 'invalid-encoding'
  | 'extensions-not-supported'
  | 'invalid-proof'
  | 'channel-bindings-dont-match'
  | 'server-does-support-channel-binding'
  | 'channel-binding-not-supported'
  | 'unsupported-channel-binding-type'
  | 'invalid-username-encoding'
  | 'other-error';

/** An extension that must be understood (`m=`) was sent. */
export interface MandatoryExtension {
  readonly kind: 'mandatory-extension';
}

/** RFC 5802 §7: printable, without the comma; the length is our bound. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;
const BINDING_NAME = /^[A-Za-z0-9.-]{1,64}$/;
const POSITIVE = /^[1-9][0-9]{0,8}$/;
const ATTRIBUTE = /^[A-Za-z]=/;

export function formatClientFirst(message: Omit<ClientFirst, 'gs2Header' | 'bare'>): ClientFirst {
  const flag = message.flag.kind === 'p' ? `p=${message.flag.name}` : message.flag.kind;
  const authzid = message.authzid === '' ? '' : `a=${escapeName(message.authzid)}`;
  const gs2Header = `${flag},${authzid},`;
  const bare = `n=${escapeName(message.username)},r=${message.nonce}`;
  return { ...message, gs2Header, bare };
}

/** Undefined where the grammar does not hold. */
export function parseClientFirst(text: string): ClientFirst | MandatoryExtension | undefined {
  const [flagText, authzidText, ...attributes] = text.split(',');
  const flag = parseFlag(flagText ?? '');
  const authzid = authzidText === '' ? '' : unescapeName(valueOf('a', authzidText));
  if (flag === undefined || authzid === undefined || authzidText === 'a=') return undefined;
  if (attributes[0]?.startsWith('m=')) return { kind: 'mandatory-extension' };
  const username = unescapeName(valueOf('n', attributes[0]));
  const nonce = valueOf('r', attributes[1]);
  if (username === undefined || nonce === undefined || !NONCE.test(nonce)) return undefined;
  if (!attributes.every((attribute) => ATTRIBUTE.test(attribute))) return undefined;
  const gs2Header = `${flagText},${authzidText},`;
  return { flag, authzid, username, nonce, gs2Header, bare: text.slice(gs2Header.length) };
}

export function formatServerFirst(message: ServerFirst): string {
  return `r=${message.nonce},s=${base64(message.salt)},i=${message.iterations}`;
}

export function parseServerFirst(text: string): ServerFirst | MandatoryExtension | undefined {
  const attributes = text.split(',');
  if (attributes[0]?.startsWith('m=')) return { kind: 'mandatory-extension' };
  const nonce = valueOf('r', attributes[0]);
  const salt = base64Value(valueOf('s', attributes[1]));
  const iterations = valueOf('i', attributes[2]);
  if (nonce === undefined || salt === undefined || iterations === undefined) return undefined;
  if (!NONCE.test(nonce) || !POSITIVE.test(iterations)) return undefined;
  return { nonce, salt, iterations: Number(iterations) };
}

/** The part of the last client message that its proof covers. */
export function formatClientFinalWithoutProof(channelBinding: Uint8Array, nonce: string): string {
  return `c=${base64(channelBinding)},r=${nonce}`;
}

export function formatClientFinal(withoutProof: string, proof: Uint8Array): string {
  return `${withoutProof},p=${base64(proof)}`;
}

export function parseClientFinal(text: string): ClientFinal | MandatoryExtension | undefined {
  const attributes = text.split(',');
  const channelBinding = base64Value(valueOf('c', attributes[0]));
  const nonce = valueOf('r', attributes[1]);
  const proofText = attributes.length > 2 ? attributes.at(-1) : undefined;
  const proof = base64Value(valueOf('p', proofText));
  if (channelBinding === undefined || nonce === undefined || proof === undefined) return undefined;
  const extensions = attributes.slice(2, -1);
  if (extensions.some((attribute) => attribute.startsWith('m='))) {
    return { kind: 'mandatory-extension' };
  }
  if (!extensions.every((attribute) => ATTRIBUTE.test(attribute))) return undefined;
  const withoutProof = text.slice(0, text.length - proofText!.length - 1);
  return { channelBinding, nonce, proof, withoutProof };
}

export function formatServerFinal(message: ServerFinal): string {
  return message.kind === 'error' ? `e=${message.error}` : `v=${base64(message.signature)}`;
}

export function parseServerFinal(text: string): ServerFinal | undefined {
  const first = text.split(',')[0]!;
  if (first.startsWith('e=')) return { kind: 'error', error: first.slice(2) };
  const signature = base64Value(valueOf('v', first));
  return signature && { kind: 'verifier', signature };
}

function parseFlag(text: string): ChannelBindingFlag | undefined {
  if (text === 'n' || text === 'y') return { kind: text };
  const name = valueOf('p', text);
  return name !== undefined && BINDING_NAME.test(name) ? { kind: 'p', name } : undefined;
}

function valueOf(letter: string, attribute: string | undefined): string | undefined {
  return attribute?.startsWith(`${letter}=`) ? attribute.slice(2) : undefined;
}

/** RFC 4648 §3.5: bits beyond the last octet are zero, so that no octets have two spellings. */
function base64Value(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === '') return undefined;
  const octets = decodeBase64(text);
  return octets !== undefined && base64(octets) === text ? octets : undefined;
}

/** `saslname` (RFC 5802 §5.1): a comma and an equals sign are written in hexadecimal. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

function unescapeName(text: string | undefined): string | undefined {
  if (text === undefined || /=(?!2C|3D)/.test(text) || text.includes('\0')) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
