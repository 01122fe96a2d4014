/** GETMETADATA and SETMETADATA (RFC 5464): annotations of mailboxes, and of the account under the empty name. */
import type { CommandOf } from '#protocol/imap/command';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { metadataLine } from '#servers/imap/responses/metadata-line';
import { metadataReplies, REPLIES } from '#servers/imap/responses/replies';
import { ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import {
  getMetadata as readMetadata,
  setMetadata as writeMetadata,
} from '#store/mailboxes/tree/metadata';
import { findMailbox } from '#store/mailboxes/tree/tree';

export async function getMetadata(
  state: SessionState,
  { mailbox: name, entries, maxSize = Infinity, depth }: CommandOf<'GETMETADATA'>,
): Promise<Reply> {
  const { services, login, out } = state;
  const mailbox = await mailboxOf(state, name);
  if (mailbox === undefined) return REPLIES.noSuchMailbox;
  const all = await readMetadata(services.mail.pool, login!.accountId, mailbox.id);
  const chosen = all.filter((annotation) =>
    entries.some((asked) => isWithin(annotation.name, asked, depth)),
  );
  const told = chosen.filter(({ value }) => value.length <= maxSize);
  const largest = Math.max(0, ...chosen.map(({ value }) => value.length));
  if (told.length > 0) out.text(metadataLine(state.enabled, name, told));
  // RFC 5464 §4.2.1
  return told.length < chosen.length
    ? ok('Some values are larger', `METADATA LONGENTRIES ${largest}`)
    : ok('Annotations told');
}

export async function setMetadata(
  state: SessionState,
  { mailbox: name, entries }: CommandOf<'SETMETADATA'>,
): Promise<Reply> {
  const { services, login } = state;
  if (!entries.every(({ entry }) => isEntry(entry))) return REPLIES.badEntry;
  const mailbox = await mailboxOf(state, name);
  if (mailbox === undefined) return REPLIES.noSuchMailbox;
  // what every account would see is the operator's to say
  if (mailbox.id === undefined && entries.some(({ entry }) => entry.startsWith('/shared/')))
    return REPLIES.sharedNotYours;
  const done = await writeMetadata(
    services.mail,
    login!.accountId,
    mailbox.id,
    entries.map(({ entry, value }) => ({ name: entry, value })),
  );
  if (done.kind === 'done') {
    const names = entries.map(({ entry }) => entry);
    const own = state.notifying?.watch?.own;
    own?.noteAnnotations(mailbox.id, names);
    own?.noteSteps(done.steps);
  }
  return metadataReplies[done.kind];
}

async function mailboxOf(
  { services, login }: SessionState,
  name: string,
): Promise<{ readonly id: string | undefined } | undefined> {
  if (name === '') return { id: undefined };
  return findMailbox(services.mail.pool, login!.accountId, pathOf(name));
}

function isEntry(entry: string): boolean {
  return (
    /^\/(?:private|shared)(?:\/[^/*%\x00-\x1f\x7f-\xff]+)+$/.test(entry) && entry.length <= 1000
  );
}

/** RFC 5464 §4.2.2: 0 the entry alone, 1 its children too, Infinity all below. */
function isWithin(name: string, asked: string, depth: number): boolean {
  if (name === asked) return true;
  if (depth === 0 || !name.startsWith(`${asked}/`)) return false;
  return depth > 1 || !name.includes('/', asked.length + 1);
}
