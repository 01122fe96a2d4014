/**
 * Brings messages from files into the mailboxes of an account: as they come, several to a transaction. A message that its mailbox has
 * already, octet for octet as read, is passed over, so that an import that broke off is simply run again. Copies are counted: of n in the
 * source and m in the mailbox n − m come, so that a mailbox with copies comes back whole. Line ends become CRLF.
 * Called by servers/admin for `mail import`.
 */
import { createHash } from 'node:crypto';
import { hex } from '#bytes';
import { ToCrlf } from '#protocol/mbox/line-ends';
import { summarize } from '#protocol/message/summary';
import type { MailStore } from '#store/mailboxes/mail-store';
import { Intake } from '#mail/receive/intake';
import { blobOrder } from '#store/emails/blobs';
import { readEmail } from '#store/emails/emails';
import { append } from '#store/mailboxes/change/append';
import type { NewMessage } from '#store/mailboxes/change/append-statement';
import { MAX_KEYWORDS } from '#store/mailboxes/entries/keyword-sets';
import { walkMailbox } from '#store/mailboxes/read/transfer';
import { createMailbox } from '#store/mailboxes/tree/create';
import { findMailbox } from '#store/mailboxes/tree/tree';

export interface IncomingMessage {
  /** From the root down. */
  readonly mailbox: readonly string[];
  /** Bits as `FLAG` of store/emails/emails.ts. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Calendar milliseconds; undefined is now. */
  readonly date: number | undefined;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export interface ImportState {
  readonly imported: number;
  /** They were there already. */
  readonly known: number;
}

export type ImportStep =
  | ({ readonly kind: 'progress' } & ImportState)
  | ({
      readonly kind: 'stopped';
      readonly reason: 'over-quota' | 'bad-mailbox-name' | 'too-many-mailboxes' | 'mailbox-gone';
      readonly mailbox: string;
    } & ImportState);

export interface ImportContext {
  readonly mail: MailStore;
  readonly accountId: string;
}

const BATCH_MESSAGES = 100;
/** Octets held in memory until their transaction. */
const BATCH_OCTETS = 4 * 1024 * 1024;
/** RFC 9051 §9 atom: what can be a keyword. */
const KEYWORD = /^[^\x00-\x20(){%*"\\\]\x7f-\uffff]{1,100}$/;

interface Target {
  readonly id: string;
  readonly name: string;
  readonly known: KnownMessages;
}

/** Reports after each transaction; the last step says what became of all. */
export async function* importMessages(
  context: ImportContext,
  messages: AsyncIterable<IncomingMessage>,
): AsyncGenerator<ImportStep> {
  const state = { imported: 0, known: 0 };
  const targets = new Map<string, Target>();
  let batch: NewMessage[] = [];
  let octets = 0;
  let target: Target | undefined;
  const store = async (): Promise<ImportStep> => {
    const stored = batch.length > 0 ? await storeBatch(context, target!, batch) : undefined;
    if (stored !== undefined)
      return { kind: 'stopped', reason: stored, mailbox: target!.name, ...state };
    state.imported += batch.length;
    batch = [];
    octets = 0;
    return { kind: 'progress', ...state };
  };
  for await (const message of messages) {
    const name = message.mailbox.join('/');
    if (target?.name !== name) {
      if (batch.length > 0) {
        const step = await store();
        yield step;
        if (step.kind === 'stopped') return;
      }
      const found = targets.get(name) ?? (await openTarget(context, message.mailbox, targets));
      if ('reason' in found)
        return yield { kind: 'stopped', reason: found.reason, mailbox: name, ...state };
      targets.set(name, (target = found));
    }
    const incoming = await take(context, message);
    if (await target.known.take(incoming)) {
      state.known++;
      continue;
    }
    batch.push(incoming);
    octets += incoming.blob.kind === 'whole' ? incoming.blob.size : 0;
    if (batch.length < BATCH_MESSAGES && octets < BATCH_OCTETS) continue;
    const step = await store();
    yield step;
    if (step.kind === 'stopped') return;
  }
  yield await store();
}

async function take(
  { mail: { writer, clock } }: ImportContext,
  { pieces, flags, keywords, date }: IncomingMessage,
): Promise<NewMessage> {
  const intake = new Intake(writer, clock, { hashBody: false });
  const converter = new ToCrlf();
  let size = 0;
  for await (const piece of pieces) {
    const bytes = converter.push(piece);
    size += bytes.length;
    await intake.push(bytes);
  }
  const content = await intake.finish({ headerSize: size, eightBit: false });
  return {
    blob: content.blob,
    summary: summarize(content.head, content.header),
    flags,
    // more than a mailbox has room for: the others of the batch would lose theirs
    keywords: keywords.length > MAX_KEYWORDS ? [] : keywords.filter((one) => KEYWORD.test(one)),
    internalDate: date,
  };
}

async function openTarget(
  { mail, accountId }: ImportContext,
  path: readonly string[],
  targets: ReadonlyMap<string, Target>,
): Promise<Target | { reason: 'bad-mailbox-name' | 'too-many-mailboxes' | 'mailbox-gone' }> {
  const created = await createMailbox(mail, accountId, { path, subscribed: true });
  if (created.kind === 'bad-name') return { reason: 'bad-mailbox-name' };
  if (created.kind === 'too-many') return { reason: 'too-many-mailboxes' };
  const mailbox = await findMailbox(mail.pool, accountId, path);
  if (!mailbox) return { reason: 'mailbox-gone' };
  const { id } = mailbox;
  // under another spelling: what it has is counted once
  const open = [...targets.values()].find((target) => target.id === id);
  return {
    id,
    name: path.join('/'),
    known: open?.known ?? (await KnownMessages.of(mail, accountId, id)),
  };
}

async function storeBatch(
  { mail, accountId }: ImportContext,
  target: Target,
  batch: readonly NewMessage[],
): Promise<'over-quota' | 'mailbox-gone' | undefined> {
  const appended = await append(mail, accountId, target.id, batch);
  switch (appended.kind) {
    case 'appended':
      return undefined;
    case 'over-quota':
      return 'over-quota';
    case 'no-such-mailbox':
      return 'mailbox-gone';
    case 'too-many-keywords':
      return storeBatch({ mail, accountId }, target, batch.map(withoutKeywords));
  }
}

function withoutKeywords(message: NewMessage): NewMessage {
  return { ...message, keywords: [] };
}

/**
 * What a mailbox held before the import and no message of the source was matched with yet, by the hash of each message as read. Those
 * that are a prefix and a blob are hashed when one of their size comes.
 */
class KnownMessages {
  readonly #mail: MailStore;
  readonly #accountId: string;
  /** How many by hash. */
  readonly #left = new Map<string, number>();
  readonly #unhashed = new Map<number, string[]>();

  private constructor(mail: MailStore, accountId: string) {
    this.#mail = mail;
    this.#accountId = accountId;
  }

  static async of(mail: MailStore, accountId: string, mailboxId: string): Promise<KnownMessages> {
    const known = new KnownMessages(mail, accountId);
    for await (const { sha256, size, emailId } of walkMailbox(mail.pool, mailboxId)) {
      if (sha256) known.#count(hex(sha256));
      else known.#unhashed.set(size, [...(known.#unhashed.get(size) ?? []), emailId]);
    }
    return known;
  }

  /** Whether one like it was left; then there is one less. */
  async take({ blob }: NewMessage): Promise<boolean> {
    for (const emailId of this.#unhashed.get(blob.size) ?? []) {
      const hash = createHash('sha256');
      for await (const chunk of readEmail(this.#mail.pool, this.#accountId, emailId))
        hash.update(chunk);
      this.#count(hash.digest('hex'));
    }
    this.#unhashed.delete(blob.size);
    const left = this.#left.get(blobOrder(blob)) ?? 0;
    if (left > 0) this.#left.set(blobOrder(blob), left - 1);
    return left > 0;
  }

  #count(hash: string): void {
    this.#left.set(hash, (this.#left.get(hash) ?? 0) + 1);
  }
}
