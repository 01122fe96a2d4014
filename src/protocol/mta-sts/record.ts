/**
 * The TXT record at `_mta-sts.DOMAIN` (RFC 8461 §3.1): says that there is a policy, and by its id when it changed. Pure. Called by
 * `mail/tls-policy/`, the suites and the doctor.
 */
import { hasVersion, versionedFields, type FieldsFault } from '#protocol/dns/versioned-fields';

export type StsRecord =
  | { readonly kind: 'record'; readonly id: string }
  /** No record of MTA-STS at all. */
  | { readonly kind: 'none' }
  /** RFC 8461 §3.1: no policy is available then. */
  | { readonly kind: 'invalid'; readonly fault: StsRecordFault };

export type StsRecordFault = FieldsFault | 'no-id' | 'malformed-id' | 'several-records';

const VERSION = 'STSv1';
const KNOWN = new Set(['id']);
const ID = /^[A-Za-z0-9]{1,32}$/;

/** One record by itself, its character-strings joined. */
export function parseStsRecord(text: string): StsRecord {
  if (!hasVersion(text, VERSION)) return { kind: 'none' };
  const fields = versionedFields(text, KNOWN);
  if (typeof fields === 'string') return invalid(fields);
  const id = fields.find(({ name }) => name === 'id')?.value;
  if (id === undefined) return invalid('no-id');
  return ID.test(id) ? { kind: 'record', id } : invalid('malformed-id');
}

/** What all TXT records at the name come to: those of other versions do not count, and of two of ours none does. */
export function selectStsRecord(texts: readonly string[]): StsRecord {
  const ours = texts.filter((text) => hasVersion(text, VERSION));
  if (ours.length > 1) return invalid('several-records');
  return ours.length === 0 ? { kind: 'none' } : parseStsRecord(ours[0]!);
}

function invalid(fault: StsRecordFault): StsRecord {
  return { kind: 'invalid', fault };
}
