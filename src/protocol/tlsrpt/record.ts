/**
 * The TXT record at `_smtp._tls.DOMAIN` (RFC 8460 §3): whither reports on TLS with that domain go. Pure. Called by the report sender, the
 * suites and the doctor.
 */
import {
  hasVersion,
  trimmed,
  versionedFields,
  type FieldsFault,
} from '#protocol/dns/versioned-fields';

export type TlsrptRecord =
  | { readonly kind: 'record'; readonly rua: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly fault: TlsrptFault };

export type TlsrptFault = FieldsFault | 'no-rua' | 'malformed-uri' | 'several-records';

const VERSION = 'TLSRPTv1';
const KNOWN = new Set(['rua']);
/** Reports are sent to each. */
const MAX_URIS = 20;
const MAX_URI = 2000;
/** RFC 3986 without what RFC 8460 §3 wants encoded: comma, semicolon, exclamation mark. */
const URI = /^(?:mailto:|https:\/\/)(?:[A-Za-z0-9\-._~:/?#[\]@$&'()*+=]|%[0-9A-Fa-f]{2})+$/;

export function parseTlsrptRecord(text: string): TlsrptRecord {
  if (!hasVersion(text, VERSION)) return { kind: 'none' };
  const fields = versionedFields(text, KNOWN);
  if (typeof fields === 'string') return invalid(fields);
  const ruas = fields.filter(({ name }) => name === 'rua');
  if (ruas.length === 0) return invalid('no-rua');
  const uris = ruas.flatMap(({ value }) => value.split(',').map(trimmed));
  if (uris.length > MAX_URIS || !uris.every(isReportUri)) return invalid('malformed-uri');
  return { kind: 'record', rua: uris };
}

/** RFC 8460 §3: of several records of this version none counts. */
export function selectTlsrptRecord(texts: readonly string[]): TlsrptRecord {
  const ours = texts.filter((text) => hasVersion(text, VERSION));
  if (ours.length > 1) return invalid('several-records');
  return ours.length === 0 ? { kind: 'none' } : parseTlsrptRecord(ours[0]!);
}

function isReportUri(uri: string): boolean {
  return uri.length <= MAX_URI && URI.test(uri) && URL.canParse(uri);
}

function invalid(fault: TlsrptFault): TlsrptRecord {
  return { kind: 'invalid', fault };
}
