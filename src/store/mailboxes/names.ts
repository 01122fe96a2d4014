/** Names of mailboxes: text in NFC, one per level of the tree; INBOX in any case is INBOX (RFC 9051 §5.1). */

/** Levels of the tree, names and their number, each far above what a person makes and below what hurts. */
export const MAILBOX_LIMITS = {
  depth: 32,
  /** UTF-8 octets of one level. */
  nameOctets: 255,
  mailboxes: 5000,
  /** Names that are subscribed without a mailbox. */
  absentSubscriptions: 1000,
} as const;

export const INBOX = 'INBOX';

export type Path =
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | {
      readonly kind: 'bad-name';
      readonly reason: 'empty' | 'too-long' | 'too-deep' | 'bad-character';
    };

/** The form in which a path is stored and compared. A level may hold any character but controls; `/` is for the caller to part by. */
export function canonicalPath(_levels: readonly string[]): Path {
  throw new Error('not yet');
}
