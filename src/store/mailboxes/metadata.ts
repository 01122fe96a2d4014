/** Annotations of mailboxes and accounts (RFC 5464). Entry names are in lower case, `/private/…` or `/shared/…`. */
import type { Queryable } from '#store/blobs';
import type { MailStore } from './mail-store.ts';

export const METADATA_LIMITS = { entries: 200, valueOctets: 64 * 1024 } as const;

export interface Annotation {
  readonly name: string;
  readonly value: Uint8Array;
}

/** All annotations of a mailbox (undefined: of the account), sorted by name; at most METADATA_LIMITS.entries. */
export async function getMetadata(
  _db: Queryable,
  _accountId: string,
  _mailboxId: string | undefined,
): Promise<Annotation[]> {
  throw new Error('not yet');
}

export type MetadataSet =
  | { readonly kind: 'done' }
  | { readonly kind: 'no-such-mailbox' }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'too-big' };

/** All or none; a null value removes the entry. */
export async function setMetadata(
  _mail: MailStore,
  _accountId: string,
  _mailboxId: string | undefined,
  _entries: readonly { readonly name: string; readonly value: Uint8Array | null }[],
): Promise<MetadataSet> {
  throw new Error('not yet');
}
