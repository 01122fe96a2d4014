/**
 * The messages of APPEND and REPLACE (RFC 9051 §6.3.12, RFC 3502, RFC 8508) while they come: each goes to the store piece by piece.
 * Whether a message is wanted is said before its octets are. What becomes of them at the end of the command: commands/append.ts.
 */
import { concat } from '#bytes';
import { Intake } from '#mail/receive/intake';
import type { MessageHead } from '#protocol/imap/command';
import type { ReceiverEvent } from '#protocol/imap/receiver/event';
import { encodeBinary } from '#protocol/message/body/encode-binary';
import { summarize } from '#protocol/message/summary';
import { pathOf } from '#servers/imap/responses/mailbox-path';
import { appendReplies, REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import { uidMeant } from '#servers/imap/selected/sets';
import { getQuota } from '#store/mailboxes/quota';
import { findMailbox } from '#store/mailboxes/tree/tree';
import { failureReply } from './failure.ts';
import { illegalReply, numbersReply } from './phase.ts';
import type { SessionState } from './session-state.ts';

type Begin = Extract<ReceiverEvent, { kind: 'message-begin' }>;

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
  const phase = command.verb === 'APPEND' ? 'logged-in' : 'selected';
  const illegal = illegalReply(state, phase) ?? numbersReply(state, command);
  if (illegal !== undefined) return illegal;
  if (command.verb === 'REPLACE') {
    const { readOnly, told } = state.selected!;
    if (readOnly) return REPLIES.readOnly;
    if (uidMeant(told, command.message, command.uid) === 0) return REPLIES.noSuchMessage;
  }
  const { pool } = state.services.mail;
  const mailbox = await findMailbox(pool, state.login!.accountId, pathOf(command.mailbox));
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
