/** Names of mailboxes: text in NFC, one per level of the tree; INBOX in any case is INBOX (RFC 9051 §5.1). */
import { utf8 } from '#bytes';

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

export interface BadName {
  readonly kind: 'bad-name';
  readonly reason: 'empty' | 'too-long' | 'too-deep' | 'bad-character';
}

export type Path = { readonly kind: 'path'; readonly path: readonly string[] } | BadName;

/** Controls, the line ends that Net-Unicode forbids (RFC 5198 §2), and the delimiter of levels. */
const FORBIDDEN = /[\x00-\x1f\x7f-\x9f\u2028\u2029/]/;

/** The form in which a path is stored and compared. The caller has parted the levels at `/`, which none of them may hold. */
export function canonicalPath(levels: readonly string[]): Path {
  if (levels.length === 0) return bad('empty');
  if (levels.length > MAILBOX_LIMITS.depth) return bad('too-deep');
  const path: string[] = [];
  for (const level of levels) {
    // before it costs anything to normalise
    if (level.length > MAILBOX_LIMITS.nameOctets) return bad('too-long');
    if (level === '') return bad('empty');
    if (FORBIDDEN.test(level) || !level.isWellFormed()) return bad('bad-character');
    const name = level.normalize('NFC');
    if (utf8(name).length > MAILBOX_LIMITS.nameOctets) return bad('too-long');
    path.push(name);
  }
  if (/^inbox$/i.test(path[0]!)) path[0] = INBOX;
  return { kind: 'path', path };
}

function bad(reason: BadName['reason']): BadName {
  return { kind: 'bad-name', reason };
}
