/** MAIL (RFC 5321 §4.1.1.2): begins a transaction. */
import type { Envelope } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import { mayUse } from '#mail/submit/author';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import type { MailParameters } from '#protocol/smtp/parameters';
import { encodeXtext } from '#protocol/smtp/xtext';
import { noteCommandRefused } from '#servers/smtp/refusal-events';
import {
  REPLIES,
  senderNotYours,
  toldReply,
  tooFast,
  tooLarge,
  type TooFast,
} from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { Told } from '#servers/smtp/settings';
import { newTransaction } from '#servers/smtp/transaction';
import type { WireReply } from '#servers/smtp/wire-reply';
import type { SendAs } from '#store/directory/directory';

interface Mail {
  readonly reversePath: Mailbox | null;
  readonly parameters: MailParameters;
}

export function mail(state: SessionState, command: Mail): WireReply | Promise<WireReply> {
  const { limits } = state.settings;
  if (state.transactions >= limits.transactions) {
    state.after = 'close';
    return REPLIES.tooManyTransactions;
  }
  if (!state.settings.submission) {
    const pace = state.services.conduct.mayReceive(state.address);
    if (pace.kind === 'too-fast') return putOff(state, command, pace);
  }
  const { size = 0 } = command.parameters;
  if (size > limits.messageSize) {
    const reply = tooLarge(limits.messageSize);
    const { reversePath } = command;
    noteCommandRefused(state, { verb: 'MAIL', reply, reason: 'too-large', reversePath });
    return reply;
  }
  if (!state.settings.submission || command.reversePath === null) return begin(state, command);
  const sendAs = state.services.sendAs(state.login!.principalId);
  return sendAs instanceof Promise
    ? sendAs.then((found) => judge(state, command, found))
    : judge(state, command, sendAs);
}

/** The client comes too often. Told once a session: who goes on all the same is no flood of events, and is sent away. */
function putOff(state: SessionState, { reversePath }: Mail, pace: TooFast): WireReply {
  if (++state.idleCommands > state.settings.limits.idleCommands) {
    state.after = 'close';
    return REPLIES.tooManyCommands;
  }
  const reply = tooFast('messages', pace);
  if (!state.wasPutOff)
    noteCommandRefused(state, { verb: 'MAIL', reply, reason: 'too-fast', reversePath });
  state.wasPutOff = true;
  return reply;
}

/** RFC 6409 §6.1 */
function judge(state: SessionState, command: Mail, sendAs: SendAs): WireReply | Promise<WireReply> {
  const { reversePath } = command;
  if (reversePath === null || mayUse(sendAs, reversePath)) return begin(state, command);
  const reply = senderNotYours(formatMailbox(reversePath));
  noteCommandRefused(state, { verb: 'MAIL', reply, reason: 'not-yours', reversePath });
  return reply;
}

function begin(
  state: SessionState,
  { reversePath, parameters }: Mail,
): WireReply | Promise<WireReply> {
  const releaseAt = releaseTime(state, parameters);
  if (releaseAt === 'too-late') return REPLIES.holdTooLong;
  const { smtputf8 = false, requireTls = false, ret, envid, size = 0 } = parameters;
  const envelope: Envelope = {
    messageId: state.services.newId(),
    reversePath,
    smtputf8,
    requireTls,
    ret,
    envid: envid === undefined ? undefined : encodeXtext(envid),
    releaseAt,
  };
  const inquiry = inquiryInto(state, envelope);
  const open = (): WireReply => {
    state.transaction = newTransaction(envelope, size, inquiry);
    state.phase = 'mail';
    return REPLIES.senderOk;
  };
  const { admit } = state.services;
  if (admit === undefined || inquiry === undefined) return open();
  const answer = (told: Told | undefined): WireReply => {
    if (told === undefined) return open();
    inquiry.end();
    return turnAway(state, told, reversePath);
  };
  const told = admit(state.client!, envelope, inquiry);
  return told instanceof Promise ? told.then(answer) : answer(told);
}

function turnAway(
  state: SessionState,
  told: Told,
  reversePath: Envelope['reversePath'],
): WireReply {
  const reply = toldReply(told);
  noteCommandRefused(state, { verb: 'MAIL', reply, reason: told.reason, reversePath });
  // RFC 5321 §3.8: 421 says that the channel closes
  if (told.code === 421) state.after = 'close';
  return reply;
}

/** On the MX listener we begin to find out who is writing while the client goes on. */
function inquiryInto(state: SessionState, envelope: Envelope): Inquiry | undefined {
  if (state.settings.submission) return undefined;
  const client = state.client!;
  state.inquiry ??= state.services.inquire(client);
  return state.inquiry.into({ client, envelope });
}

/** When FUTURERELEASE lets the message go (RFC 4865); a time in the past holds nothing. */
function releaseTime(
  state: SessionState,
  { holdFor, holdUntil }: MailParameters,
): number | 'too-late' | undefined {
  if (holdFor === undefined && holdUntil === undefined) return undefined;
  const now = state.services.clock.now();
  const at = holdUntil ?? now + holdFor! * 1000;
  if (at > now + state.settings.limits.futureRelease * 1000) return 'too-late';
  return at > now ? at : undefined;
}
