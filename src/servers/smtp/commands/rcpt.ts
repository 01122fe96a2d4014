/** RCPT (RFC 5321 §4.1.1.3): a recipient is taken or refused by itself. */
import type { RecipientOutcome } from '#mail/receive/recipient';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { formatOriginalRecipient } from '#protocol/smtp/original-recipient';
import type { RcptParameters } from '#protocol/smtp/parameters';
import { noteCommandRefused } from '#servers/smtp/refusal-events';
import { recipientReply, REPLIES, toldReply, tooFast, type TooFast } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { Told } from '#servers/smtp/settings';
import type { Transaction } from '#servers/smtp/transaction';
import type { WireReply } from '#servers/smtp/wire-reply';

interface Rcpt {
  readonly forwardPath: Mailbox;
  readonly parameters: RcptParameters;
  readonly utf8: boolean;
}

export function rcpt(state: SessionState, command: Rcpt): WireReply | Promise<WireReply> {
  const transaction = state.transaction!;
  if (command.utf8 && !transaction.envelope.smtputf8) return REPLIES.needsSmtputf8;
  if (transaction.recipients >= state.settings.limits.recipients) return REPLIES.tooManyRecipients;
  const mailbox = addressed(state, command.forwardPath);
  if (!state.settings.submission) {
    const pace = state.services.conduct.mayAddress(state.address);
    if (pace.kind === 'too-fast') return putOff(state, transaction, mailbox, pace);
  }
  const { envelope, announced } = transaction;
  const outcome = state.services.judgeRecipient(
    mailbox,
    announced,
    state.settings.submission
      ? undefined
      : { reversePath: envelope.reversePath, now: state.services.clock.now() },
    envelope,
  );
  return outcome instanceof Promise
    ? outcome.then((found) => answer(state, transaction, mailbox, command, found))
    : answer(state, transaction, mailbox, command, outcome);
}

/** RFC 5321 §4.5.1: <postmaster> is this host's; who submits means their own. */
function addressed({ login }: SessionState, forwardPath: Mailbox): Mailbox {
  if (forwardPath.domain !== '' || login === undefined) return forwardPath;
  return { ...forwardPath, domain: login.name.slice(login.name.lastIndexOf('@') + 1) };
}

function answer(
  state: SessionState,
  transaction: Transaction,
  mailbox: Mailbox,
  { parameters }: Rcpt,
  outcome: RecipientOutcome | Told,
): WireReply {
  const { submission } = state.settings;
  const taken = submission ? takenBySubmission(outcome) : outcome.kind === 'accepted';
  if (!taken) return refuse(state, transaction, mailbox, outcome);
  const { notify, orcpt } = parameters;
  const recipient = {
    id: transaction.recipients + 1,
    mailbox,
    orcpt: orcpt && formatOriginalRecipient(orcpt, transaction.envelope.smtputf8),
    notify: notify && (notify.length === 0 ? 'NEVER' : notify.join(',')),
  };
  if (submission) addOnce(transaction, recipient);
  else if (outcome.kind === 'accepted') {
    transaction.local.push({ ...recipient, expansion: outcome.expansion });
    transaction.recipients++;
  }
  if (!submission) state.services.conduct.noteTaken(state.address);
  state.phase = 'rcpt';
  return REPLIES.recipientOk;
}

/** Mail goes anywhere from here, and what is only full for now waits in the queue as it would elsewhere. */
function takenBySubmission({ kind }: RecipientOutcome | Told): boolean {
  return kind === 'accepted' || kind === 'not-here' || kind === 'over-quota';
}

/** The same recipient twice is one recipient: nobody wants the message twice. */
function addOnce(transaction: Transaction, recipient: Transaction['any'][number]): void {
  const name = formatMailbox(recipient.mailbox);
  if (transaction.names.has(name)) return;
  transaction.names.add(name);
  transaction.any.push(recipient);
  transaction.recipients++;
}

/** The client comes too often: this recipient, and those after it, another time. The first is told of all. */
function putOff(
  state: SessionState,
  transaction: Transaction,
  mailbox: Mailbox,
  pace: TooFast,
): WireReply {
  const reply = tooFast('recipients', pace);
  if (transaction.wasPutOff) return reply;
  transaction.wasPutOff = true;
  const { reversePath } = transaction.envelope;
  noteCommandRefused(state, {
    verb: 'RCPT',
    reply,
    reason: 'too-fast',
    reversePath,
    forwardPath: mailbox,
  });
  return reply;
}

function refuse(
  state: SessionState,
  transaction: Transaction,
  mailbox: Mailbox,
  outcome: RecipientOutcome | Told,
): WireReply {
  if (outcome.kind === 'accepted') throw new Error('an accepted recipient is not refused');
  const guessed = outcome.kind === 'unknown-mailbox' || outcome.kind === 'bounce-forged';
  if (guessed && !state.settings.submission)
    state.services.conduct.noteMisconduct(state.address, 'unknown-recipient');
  const facts = { address: formatMailbox(mailbox), domain: mailbox.domain };
  const reply = outcome.kind === 'told' ? toldReply(outcome) : recipientReply(outcome.kind, facts);
  noteCommandRefused(state, {
    verb: 'RCPT',
    reply,
    reason: outcome.kind === 'told' ? outcome.reason : outcome.kind,
    reversePath: transaction.envelope.reversePath,
    forwardPath: mailbox,
  });
  return reply;
}
