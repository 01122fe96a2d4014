/** Reading mailboxes. */
import { z } from 'zod';
import type { MessageSummary, Person } from '#protocol/message/summary';
import type { ListedAccount } from '#store/directory/accounts';
import { bytes, refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, readAccount, text } from '#servers/admin/inputs';
import { NamedMailboxes } from '#servers/admin/mailboxes';
import { findEmail, FLAG, readEmail, type ListedEmail } from '#store/emails/emails';
import { listNewest } from '#store/emails/newest-emails';
import {
  describeExpunged,
  findExpunged,
  undelete,
  type Expunged,
  type ExpungedEmail,
} from '#store/mailboxes/change/undelete';

/** Of the header and the beginning of the body, for showing. */
const SHOWN_OCTETS = 256 * 1024;

const expunged = z.object({
  account: text,
  mailbox: text.optional(),
  ids: z.array(text).min(1).max(10_000).optional(),
  /** Calendar milliseconds. */
  since: z.number().optional(),
  /** Or how long ago, by the clock of the server. Milliseconds. */
  within: z.number().positive().optional(),
});

const one = z.object({ account: text, id: text });

export const mailCalls = {
  'mail/list': rows(
    z.object({ account: text, mailbox: text.optional(), limit }),
    async (context, input, signal) => {
      const account = await readAccount(context, input.account);
      if ('kind' in account) return account;
      const { pool } = context.store;
      const mailboxes = await NamedMailboxes.of(pool, account);
      const mailbox = input.mailbox === undefined ? undefined : mailboxes.find(input.mailbox);
      if (mailbox !== undefined && 'kind' in mailbox) return mailbox;
      const chosen = { mailboxId: mailbox?.id, limit: input.limit };
      return mapped(listNewest(pool, account.accountId, chosen), mailboxes, signal);
    },
  ),

  'mail/show': value(one, async (context, input) => {
    const found = await find(context, input);
    if ('kind' in found) return found;
    const { account, email } = found;
    const parts: Uint8Array[] = [];
    let octets = 0;
    for await (const chunk of readEmail(context.store.pool, account.accountId, email.emailId)) {
      parts.push(chunk);
      octets += chunk.length;
      if (octets >= SHOWN_OCTETS) break;
    }
    const source = Buffer.concat(parts).subarray(0, SHOWN_OCTETS);
    const mailboxes = await NamedMailboxes.of(context.store.pool, found.account);
    return { ...row(email, mailboxes), source: source.toString('base64') };
  }),

  'mail/raw': bytes(one, async (context, input) => {
    const found = await find(context, input);
    if ('kind' in found) return found;
    return readEmail(context.store.pool, found.account.accountId, found.email.emailId);
  }),

  'mail/expunged': rows(expunged.extend({ limit }), async (context, input, signal) => {
    const chosen = await chooseExpunged(context, input);
    if ('kind' in chosen) return chosen;
    const found = chosen.found.slice(0, input.limit);
    return expungedRows(context, found, chosen.mailboxes, signal);
  }),

  'mail/undelete': value(expunged, async (context, input) => {
    const chosen = await chooseExpunged(context, input);
    if ('kind' in chosen) return chosen;
    const { accountId, account, found } = chosen;
    const done = await undelete(context.mail, accountId, found);
    if (done.kind === 'undeleted') return { account, undeleted: done.messages };
    return refuse(
      'over-quota',
      `${account} has no room for ${found.length === 1 ? 'that message' : `${found.length} messages`}`,
      `Choose fewer by their ids, or give it more: hikyaku account quota ${account}`,
    );
  }),
} as const;

interface Chosen {
  readonly accountId: string;
  readonly account: string;
  readonly mailboxes: NamedMailboxes;
  readonly found: readonly Expunged[];
}

async function chooseExpunged(
  context: AdminContext,
  { account: given, ids, mailbox, since, within }: z.infer<typeof expunged>,
): Promise<Chosen | Refusal> {
  const account = await readAccount(context, given);
  if ('kind' in account) return account;
  const mailboxes = await NamedMailboxes.of(context.store.pool, account);
  const left = mailbox === undefined ? undefined : mailboxes.find(mailbox);
  if (left !== undefined && 'kind' in left) return left;
  const emailIds = ids?.filter((id) => /^[1-9]\d{0,17}$/.test(id));
  const found = await findExpunged(context.store.pool, account.accountId, {
    emailIds,
    mailboxId: left?.id,
    since: since ?? (within === undefined ? undefined : context.clock.now() - within),
  });
  const known = new Set(found.map(({ emailId }) => emailId));
  const unknown = ids?.find((id) => !known.has(id));
  if (unknown !== undefined) {
    return refuse(
      'not-expunged',
      `${account.name} has no message ${unknown} that can be brought back`,
      `hikyaku mail undelete ${account.name} lists those that can. retention.expunged says for how long.`,
    );
  }
  return { accountId: account.accountId, account: account.name, mailboxes, found };
}

async function* expungedRows(
  { store }: AdminContext,
  found: readonly Expunged[],
  mailboxes: NamedMailboxes,
  signal: AbortSignal,
): AsyncGenerator<ReturnType<typeof expungedRow>> {
  for await (const email of describeExpunged(store.pool, found)) {
    if (signal.aborted) return;
    yield expungedRow(email, mailboxes);
  }
}

function expungedRow(email: ExpungedEmail, mailboxes: NamedMailboxes) {
  const mailbox = mailboxes.nameOf(email.mailboxId) ?? email.mailbox;
  const expungedAt = email.expungedAt.toISOString();
  return { ...row({ ...email, mailbox: '' }, mailboxes), mailbox, expungedAt };
}

async function* mapped(
  emails: AsyncIterable<ListedEmail>,
  mailboxes: NamedMailboxes,
  signal: AbortSignal,
): AsyncGenerator<ReturnType<typeof row>> {
  for await (const email of emails) {
    if (signal.aborted) return;
    yield row(email, mailboxes);
  }
}

async function find(
  context: AdminContext,
  input: z.infer<typeof one>,
): Promise<{ account: ListedAccount; email: ListedEmail } | Refusal> {
  const account = await readAccount(context, input.account);
  if ('kind' in account) return account;
  const email = await findEmail(context.store.pool, account.accountId, input.id);
  if (email) return { account, email };
  return refuse(
    'no-such-message',
    `${account.name} has no message ${input.id}`,
    `hikyaku mail list ${account.name} shows the ids of its messages.`,
  );
}

/** A message as scripts see it; names and types are stable. */
function row(email: ListedEmail, mailboxes: NamedMailboxes) {
  const { summary } = email;
  return {
    id: email.emailId,
    /** Ours, as `message trace` takes it. */
    messageId: email.messageId,
    /** With what is above it: `Archive/2019`. */
    mailbox: mailboxes.nameOf(email.mailboxId) ?? email.mailbox,
    uid: Number(email.uid),
    from: people(summary.from),
    to: people(summary.to),
    subject: summary.subject,
    size: Number(email.size),
    receivedAt: email.receivedAt.toISOString(),
    flags: flagNames(email.flags),
    reversePath: email.reversePath,
    forwardPath: email.forwardPath,
    /** The Message-ID field. */
    messageIdField: fieldOf(summary),
  };
}

function people(list: readonly Person[]): string {
  return list.map(personText).join(', ');
}

function personText({ name, localPart, domain }: Person): string {
  const address = domain === '' ? localPart : `${localPart}@${domain}`;
  if (name === '') return address;
  return address === '' ? name : `${name} <${address}>`;
}

function fieldOf({ messageId }: MessageSummary): string | null {
  return messageId === undefined ? null : `<${messageId}>`;
}

/** System flags by their names in IMAP (RFC 9051 §2.3.2). */
function flagNames(bits: number): string[] {
  return Object.entries(FLAG)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => `\\${name[0]!.toUpperCase()}${name.slice(1)}`);
}
