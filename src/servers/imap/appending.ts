/**
 * APPEND and REPLACE (RFC 9051 §6.3.12, RFC 3502, RFC 8508) while their messages come: each goes to the store piece by piece, and at
 * the end of the command all of them are put into the mailbox, or none. Whether a message is wanted is said before its octets are.
 */
import { concat } from '#bytes';
import type { MessageHead } from '#protocol/imap/command';
import type { ReceiverEvent } from '#protocol/imap/receiver-event';
import { formatSet } from '#protocol/imap/sequence-set';
import { Intake } from '#mail/receive/intake';
import { encodeBinary } from '#protocol/message/encode-binary';
import { summarize } from '#protocol/message/summary';
import { append, replace, type Appended } from '#store/mailboxes/append';
import type { NewMessage } from '#store/mailboxes/append-statement';
import { getQuota } from '#store/mailboxes/quota';
import { findMailbox } from '#store/mailboxes/tree';
import { numbersReply, type CommandOf, type Ended } from './commands.ts';
import { failureReply } from './failure.ts';
import { InProgress } from './in-progress.ts';
import { pathOf } from './mailbox-path.ts';
import { appendReplies, REPLIES } from './replies.ts';
import { ok, untaggedLine, type Reply } from './reply.ts';
import { sequenceOf } from './selected.ts';
import type { SessionState } from './session-state.ts';

type Begin = Extract<ReceiverEvent, { kind: 'message-begin' }>;

/** From the first message of a command to its end. */
export interface Appending {
  readonly mailboxId: string;
  readonly messages: NewMessage[];
  /** Octets of messages that are held in memory until the end. */
  held: number;
  current: Current | undefined;
  /** The store failed: the rest is read and thrown away. */
  failure: { readonly error: unknown } | undefined;
}

interface Current {
  readonly intake: Intake;
  readonly head: MessageHead;
  /** Of a message that may have to be encoded: its octets, until it is there. */
  readonly binary: Uint8Array[] | undefined;
}

/** From here on it is worth a question whether there is room. Octets. */
const ASK_QUOTA = 1024 * 1024;

/** Decides whether a message is wanted; its octets follow, or the end of the command. */
export async function beginMessage(state: SessionState, event: Begin): Promise<undefined> {
  const { head } = event;
  let refusal: Reply | undefined;
  try {
    if (event.first) refusal = await begin(state, event);
    refusal ??= await refusalOf(state, head);
  } catch (error) {
    refusal = failureReply(state, error);
  }
  if (refusal !== undefined) {
    state.appending = undefined;
    state.refusal = refusal;
    state.receiver.refuseMessage();
    return;
  }
  const { writer, clock } = state.services.mail;
  const { limits } = state.settings;
  const intake = new Intake(writer, clock, { hashBody: false });
  const mayBeEncoded = head.binary && !head.utf8 && head.size <= limits.encodedMessage;
  state.appending!.current = { intake, head, binary: mayBeEncoded ? [] : undefined };
  state.receiver.takeMessage();
  if (head.synchronising) state.out.text('+ Send the message\r\n');
}

/** Finds where the messages are to go. */
async function begin(state: SessionState, { command }: Begin): Promise<Reply | undefined> {
  if (state.login === undefined) return REPLIES.notLoggedIn;
  if (command.verb === 'REPLACE') {
    if (state.selected === undefined) return REPLIES.notSelected;
    const refused = numbersReply(state, command);
    if (refused !== undefined) return refused;
    if (state.selected.readOnly) return REPLIES.readOnly;
    if (replacedUid(state, command) === 0) return REPLIES.noSuchMessage;
  }
  const { pool } = state.services.mail;
  const mailbox = await findMailbox(pool, state.login.accountId, pathOf(command.mailbox));
  if (mailbox === undefined) return REPLIES.tryCreate;
  state.appending = {
    mailboxId: mailbox.id,
    messages: [],
    held: 0,
    current: undefined,
    failure: undefined,
  };
  return undefined;
}

async function refusalOf(state: SessionState, head: MessageHead): Promise<Reply | undefined> {
  const { services, login, settings, enabled } = state;
  const { limits } = settings;
  const { messages, held } = state.appending!;
  // RFC 3502 §3: so a client takes back what it has begun
  if (head.size === 0) return REPLIES.emptyMessage;
  if (head.size > limits.messageSize) return REPLIES.messageTooLarge;
  if (head.utf8 && !enabled.utf8) return REPLIES.utf8NotEnabled;
  if (messages.length >= limits.appendMessages || held > limits.appendHeld)
    return REPLIES.tooManyMessages;
  if (head.size < ASK_QUOTA) return undefined;
  const { usedBytes, limitBytes = Infinity } = await getQuota(services.mail.pool, login!.accountId);
  return usedBytes + head.size > limitBytes ? appendReplies['over-quota'] : undefined;
}

/** Takes a piece; a promise where the store must catch up first. Never rejects: the reply at the end tells. */
export function takePiece(state: SessionState, bytes: Uint8Array): Promise<undefined> | undefined {
  const appending = state.appending!;
  if (appending.failure !== undefined) return undefined;
  const { intake, binary } = appending.current!;
  if (binary) {
    binary.push(Uint8Array.from(bytes));
    return undefined;
  }
  return intake.push(bytes)?.then(undefined, (error: unknown) => {
    appending.failure = { error };
    return undefined;
  }) as Promise<undefined> | undefined;
}

export async function endMessage(state: SessionState): Promise<undefined> {
  const appending = state.appending!;
  const { intake, head, binary } = appending.current!;
  appending.current = undefined;
  if (appending.failure !== undefined) return;
  try {
    let headerSize = head.size;
    if (binary) {
      const message = encodeBinary(concat(binary));
      headerSize = message.length;
      await intake.push(message);
    }
    const content = await intake.finish({ headerSize, eightBit: false });
    if (content.blob.kind === 'whole') appending.held += content.blob.size;
    appending.messages.push({
      blob: content.blob,
      summary: summarize(content.head),
      flags: head.flags.bits,
      keywords: head.flags.keywords,
      internalDate: head.date,
    });
  } catch (error) {
    appending.failure = { error };
  }
}

/** The end of the command: all is there. */
export async function endAppend(
  state: SessionState,
  tag: string,
  command: CommandOf<'APPEND' | 'REPLACE'>,
): Promise<Ended> {
  const appending = state.appending!;
  state.appending = undefined;
  try {
    if (appending.failure !== undefined) throw appending.failure.error;
    const messages = await withSpellings(state, appending);
    const reply = await new InProgress(state, tag).during(
      command.verb === 'APPEND'
        ? appendAll(state, appending.mailboxId, messages)
        : replaceOne(state, command, appending.mailboxId, messages[0]!),
    );
    return { tag, reply, ownArrivals: true };
  } catch (error) {
    return { tag, reply: failureReply(state, error) };
  }
}

async function appendAll(
  state: SessionState,
  mailboxId: string,
  messages: readonly NewMessage[],
): Promise<Reply> {
  const { services, login } = state;
  const appended = await append(services.mail, login!.accountId, mailboxId, messages);
  if (appended.kind !== 'appended') return appendReplies[appended.kind];
  state.notifying?.watch?.own.noteSteps(appended.steps);
  return ok('Appended', appendUid(appended));
}

/** RFC 8508 §3.4: the code comes in an untagged response, before the EXPUNGE of what was replaced. */
async function replaceOne(
  state: SessionState,
  command: CommandOf<'REPLACE'>,
  to: string,
  message: NewMessage,
): Promise<Reply> {
  const { services, login, selected, out } = state;
  const replaced = { mailboxId: selected!.view.mailboxId, uid: replacedUid(state, command) };
  const done = await replace(services.mail, login!.accountId, replaced, to, message);
  if (done.kind === 'no-such-message') return REPLIES.noSuchMessage;
  if (done.kind !== 'appended') return appendReplies[done.kind];
  state.notifying?.watch?.own.noteSteps(done.steps);
  out.text(untaggedLine(ok('The new message', appendUid(done))));
  return ok('Replaced');
}

function appendUid({ uidValidity, uids }: Extract<Appended, { kind: 'appended' }>): string {
  return `APPENDUID ${uidValidity} ${formatSet(uids)}`;
}

/** 0 where there is no such message. */
function replacedUid({ selected }: SessionState, { uid, message }: CommandOf<'REPLACE'>): number {
  const { told } = selected!;
  if (uid) return sequenceOf(told, message) === 0 ? 0 : message;
  return message > told.count ? 0 : told.uids[message - 1]!;
}

/** Keywords as the mailbox has them. */
async function withSpellings(
  { services, login }: SessionState,
  { mailboxId, messages }: Appending,
): Promise<readonly NewMessage[]> {
  if (messages.every(({ keywords }) => keywords.length === 0)) return messages;
  using open = await services.mail.views.open(login!.accountId, mailboxId);
  if (open === undefined) return messages;
  return messages.map((message) => ({
    ...message,
    keywords: open.view.spellings(message.keywords),
  }));
}
