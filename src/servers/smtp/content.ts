/**
 * The content of a message, by DATA or BDAT: pieces go to the store as they come, and at the end the domain decides.
 * Whatever fails, the content is read to its end, the client gets one reply, and the session goes on.
 */
import type { Arrival } from '#mail/receive/arrival/arrival';
import { Intake } from '#mail/receive/intake';
import type { ContentDefect, ContentFacts, ContentLimits } from '#protocol/smtp/content-scan';
import { storeFailure } from '#store/writer/failure';
import { findingReply } from './finding-replies.ts';
import { noteMessageRefused } from './refusal-events.ts';
import {
  chunkTaken,
  contentDefectReply,
  INTERNAL_ERROR,
  messageTaken,
  storeReplies,
  toldReply,
} from './replies.ts';
import { submissionReply } from './submission-replies.ts';
import type { SessionState } from './session-state.ts';
import type { Transaction } from './transaction.ts';
import type { WireReply } from './wire-reply.ts';

/** Before the first octet of content. */
export function beginContent(
  { settings, services, client }: SessionState,
  transaction: Transaction,
): void {
  const { inquiry, envelope } = transaction;
  transaction.intake = new Intake(services.writer, services.clock, {
    hashBody: settings.submission || (services.sealsForwards && leadsElsewhere(transaction)),
    ...(inquiry && {
      headerRead: (head, fields) =>
        inquiry.header({
          client: client!,
          envelope,
          head,
          fields,
        }),
    }),
  });
}

function leadsElsewhere({ local }: Transaction): boolean {
  return local.some(({ expansion }) => expansion.external.length > 0);
}

export function contentLimits({ settings: { limits } }: SessionState): ContentLimits {
  return { maxSize: limits.messageSize, maxLine: limits.contentLine };
}

/** Takes a piece; a promise where the store must catch up first. Never rejects: the reply at the end tells. */
export function takeContent(
  state: SessionState,
  bytes: Uint8Array,
): Promise<undefined> | undefined {
  const { transaction } = state;
  if (transaction?.intake === undefined || transaction.failure !== undefined) return undefined;
  const taken = transaction.intake.push(bytes);
  return taken?.then(undefined, (error: unknown) => {
    transaction.failure = { error };
    return undefined;
  }) as Promise<undefined> | undefined;
}

/** A BDAT chunk that is not the last. */
export function endChunk(state: SessionState, size: number): WireReply {
  state.dialogue.content(state.now, size);
  const failure = state.transaction?.failure;
  if (failure === undefined) return chunkTaken(size);
  state.endTransaction();
  return failureReply(state, failure.error);
}

/** The whole message is there. */
export function endContent(
  state: SessionState,
  facts: ContentFacts,
  defect: ContentDefect | undefined,
): WireReply | Promise<WireReply> {
  const transaction = state.transaction!;
  state.dialogue.content(state.now, facts.size);
  if (defect !== undefined) {
    const reply = contentDefectReply(defect, state.settings.limits.messageSize);
    return refuse(state, reply, defect);
  }
  if (transaction.failure !== undefined) {
    state.endTransaction();
    return failureReply(state, transaction.failure.error);
  }
  return store(state, transaction, facts);
}

async function store(
  state: SessionState,
  transaction: Transaction,
  facts: ContentFacts,
): Promise<WireReply> {
  try {
    const content = await transaction.intake!.finish(facts);
    const how = state.settings.submission ? 'queued' : 'stored';
    const taken = messageTaken(transaction.envelope.messageId, how);
    // True from the commit on, which these entries are part of.
    state.dialogue.foretell(state.now, taken);
    const message = {
      client: state.client!,
      envelope: transaction.envelope,
      content,
      dialogue: state.dialogue.entries(),
    };
    const refusal = state.settings.submission
      ? await submit(state, transaction, message)
      : await accept(state, transaction, message);
    if (refusal) return refuse(state, refusal.reply, refusal.reason);
    state.transactions++;
    state.idleCommands = 0;
    state.endTransaction();
    return taken;
  } catch (error) {
    state.endTransaction();
    return failureReply(state, error);
  }
}

type Message = Omit<Arrival, 'recipients' | 'inquiry'>;
type Refusal = { readonly reply: WireReply; readonly reason: string };

async function accept(
  { services }: SessionState,
  transaction: Transaction,
  message: Message,
): Promise<Refusal | undefined> {
  const { local: recipients, inquiry } = transaction;
  const outcome = await services.accept({ ...message, recipients, inquiry: inquiry! });
  if (outcome.kind === 'stored') return undefined;
  if (outcome.kind === 'told') return { reply: toldReply(outcome), reason: outcome.reason };
  const { judged, how, finding } = outcome;
  services.note(judged);
  return { reply: findingReply(finding, how), reason: finding.reason };
}

async function submit(
  { services, login }: SessionState,
  transaction: Transaction,
  message: Message,
): Promise<Refusal | undefined> {
  const outcome = await services.submit({
    ...message,
    login: login!,
    channel: 'smtp',
    recipients: transaction.any,
  });
  return outcome.kind === 'queued'
    ? undefined
    : { reply: submissionReply(outcome.refusal), reason: outcome.refusal.kind };
}

function refuse(state: SessionState, reply: WireReply, reason: string): WireReply {
  const { reversePath } = state.transaction!.envelope;
  noteMessageRefused(state, { verb: 'DATA', reply, reason, reversePath });
  state.endTransaction();
  return reply;
}

/** What to answer when the store, or anything else, failed; logged here, once. */
export function failureReply(state: SessionState, error: unknown): WireReply {
  const { log } = state.services;
  const failure = storeFailure(error);
  const fields = { session: state.id, error: (error as Error).message };
  if (failure === undefined) log.error('smtp.bug', { ...fields, stack: (error as Error).stack });
  else log.warn('smtp.store-failed', { ...fields, failure });
  return failure === undefined ? INTERNAL_ERROR : storeReplies[failure];
}
