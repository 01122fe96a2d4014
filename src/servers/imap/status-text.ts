/** STATUS responses (RFC 9051 §7.3.4; RFC 7162, RFC 8438, RFC 8474, RFC 7889, RFC 9208). */
import type { StatusItem } from '#protocol/imap/command';
import { FLAG } from '#store/emails/emails';
import { FACTS_AT_ONCE, readFacts } from '#store/mailboxes/read/facts';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { countRecent } from '#store/mailboxes/view/recent';
import { nameOf, wireName } from './responses/mailbox-path.ts';
import { objectId } from './responses/object-id.ts';
import { toldUpTo } from './selected/recent.ts';
import type { SessionState } from './session-state.ts';

type Figure = (mailbox: Mailbox, state: SessionState) => number | string | Promise<number>;

const FIGURES: Readonly<Record<StatusItem, Figure>> = {
  MESSAGES: ({ messages }) => messages,
  RECENT: recentMessages,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ unseen }) => unseen,
  DELETED: ({ deleted }) => deleted,
  SIZE: ({ bytes }) => bytes,
  HIGHESTMODSEQ: ({ modseq }) => modseq,
  APPENDLIMIT: (_, { settings }) => settings.limits.messageSize,
  MAILBOXID: ({ id }) => `(${objectId('mailbox', id)})`,
  'DELETED-STORAGE': deletedOctets,
};

export async function statusLine(
  state: SessionState,
  mailbox: Mailbox,
  items: readonly StatusItem[],
): Promise<string> {
  const figures: string[] = [];
  for (const item of items) figures.push(`${item} ${await FIGURES[item](mailbox, state)}`);
  return `* STATUS ${wireName(state.enabled, nameOf(mailbox.path))} (${figures.join(' ')})\r\n`;
}

/** Messages that no session was told of (RFC 3501 §6.3.10). */
function recentMessages(
  { id, recentUid, uidNext }: Mailbox,
  { services: { mail }, login }: SessionState,
): number | Promise<number> {
  const view = mail.views.known(login!.accountId, id);
  const told = Math.max(recentUid, view ? toldUpTo(view) : 0);
  return told < uidNext - 1 ? countRecent(mail.pool, { id, recentUid: told }) : 0;
}

/** Octets of the messages that an EXPUNGE would remove. */
async function deletedOctets(
  { id, deleted }: Mailbox,
  { services: { mail }, login }: SessionState,
): Promise<number> {
  if (deleted === 0) return 0;
  const { accountId } = login!;
  using open = await mail.views.open(accountId, id);
  if (open === undefined) return 0;
  const { flags, emailIds, count } = open.view.state;
  const ids = emailIds
    .subarray(0, count)
    .filter((_, place) => (flags[place]! & FLAG.deleted) !== 0);
  let octets = 0;
  for (let at = 0; at < ids.length; at += FACTS_AT_ONCE) {
    const facts = await readFacts(mail.pool, accountId, ids.subarray(at, at + FACTS_AT_ONCE), {});
    for (const one of facts) octets += one?.size ?? 0;
  }
  return octets;
}
