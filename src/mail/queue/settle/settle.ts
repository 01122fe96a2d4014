/**
 * From the results of an attempt for one message to what is written: conclusions with next times, events, the dialogue, and the
 * notices that are due. Results without a notice gather with those of other messages (`record.ts`); with one they are written by
 * themselves, once.
 */
import { event, type Event, type EventIds, type EventStep } from '#events';
import type { ToldSession } from '#mail/tls-policy/session-notes';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { ClaimedMessage } from '#store/queue/claim';
import type { Conclusion } from '#store/queue/conclude';
import { LOCAL_SITE, type Stream } from '#store/queue/enqueue';
import { consequencesOfRefusals } from '#mail/bounces/refused';
import type { Contents } from '#mail/queue/claim/content';
import type { QueueOptions } from '#mail/queue/options';
import { dueNotices, queueNotices, type Fate, type NoticeCandidate } from './notice.ts';
import type { Bound, Recorded, Recorder, Settlement } from './record.ts';
import type { Result } from './result.ts';
import { isDelayed, nextAttempt } from './schedule.ts';

export interface SettleContext {
  readonly options: QueueOptions;
  readonly recorder: Recorder;
  readonly contents: Contents;
  readonly token: string;
  readonly site: string;
  readonly stream: string;
}

/** What an attempt for one message came to. */
export interface Attempted {
  readonly message: ClaimedMessage;
  readonly attemptId: string;
  readonly results: readonly Result[];
  /** How each domain was routed; none for mailboxes here. */
  readonly routed: readonly {
    readonly domain: string;
    readonly steps: readonly EventStep[];
    /** There are hosts to try. */
    readonly found: boolean;
  }[];
  /** Sessions that were opened for it, or were not, where TLS policies have something to say. */
  readonly tls: readonly ToldSession[];
  readonly dialogue: readonly DialogueEntry[] | undefined;
}

/** Settlement and notices of an attempt, ready to be written. */
export interface Prepared {
  readonly settlement: Settlement;
  /** Set where something must happen once together with it. */
  readonly bound: Bound | undefined;
}

/** Writes what an attempt came to; resolves after the commit. */
export async function settle(context: SettleContext, attempted: Attempted): Promise<Recorded> {
  const { recorder } = context;
  const { settlement, bound } = await recorder.patiently(() => prepare(context, attempted));
  if (!bound) return recorder.record(settlement);
  const recorded = await recorder.recordBound([settlement], bound);
  if (recorded === 'recorded') return recorded;
  // what a peer has is not sent again, whoever holds it by now
  const kept = recorded === 'refused' ? putOff(context, attempted) : onlyDelivered(settlement);
  if (kept.conclusions.length > 0) await recorder.record(kept);
  return recorded;
}

/** Decides conclusions, events and notices, and writes nothing. */
export async function prepare(context: SettleContext, attempted: Attempted): Promise<Prepared> {
  const { options, contents } = context;
  const { message, attemptId } = attempted;
  const now = options.store.clock.now();
  const { settlement: decided, candidates } = decide(context, attempted, now);
  const settlement = await withConsequences(context, attempted, decided, now);
  const notices = dueNotices(message, candidates);
  if (notices.toAuthor.length + notices.withheld.size === 0) {
    return { settlement, bound: undefined };
  }
  const head = () => contents.head(message);
  const queued = await queueNotices({ options, message, head, attemptId, now }, notices);
  const told = { ...settlement, events: [...settlement.events, ...queued.events] };
  if (queued.statements.length === 0) return { settlement: told, bound: undefined };
  return {
    settlement: told,
    bound: { accounts: [], statements: queued.statements, bytes: queued.bytes },
  };
}

/** Who refused bulk mail for good is not sent any more of it; who is here is known anew each time. */
async function withConsequences(
  { options, site, stream }: SettleContext,
  attempted: Attempted,
  settlement: Settlement,
  now: number,
): Promise<Settlement> {
  if (stream !== BULK || site === LOCAL_SITE) return settlement;
  const { message, results } = attempted;
  const refused = results.flatMap(({ recipient, suppressed, ...result }, i) =>
    settlement.conclusions[i]?.kind === 'failed' && suppressed === undefined
      ? [{ ...result, recipientId: recipient.recipientId, forwardPath: recipient.forwardPath }]
      : [],
  );
  const ids = { ...idsOf(attempted), messageId: message.id, tenantId: message.tenantId };
  const { pool } = options.store;
  const { statements, events } = await consequencesOfRefusals(pool, refused, ids, now);
  return { ...settlement, events: [...settlement.events, ...events], statements };
}

const BULK: Stream = 'bulk';

/**
 * PostgreSQL refuses the notice. Nobody is given up unheard: who failed is tried again later, with a notice of its own, until the time of
 * the message is up.
 */
function putOff(context: SettleContext, attempted: Attempted): Settlement {
  const results = attempted.results.map((result) =>
    result.kind === 'failed' ? { ...result, kind: 'deferred' as const } : result,
  );
  return decide(context, { ...attempted, results }, context.options.store.clock.now()).settlement;
}

function decide(
  context: SettleContext,
  attempted: Attempted,
  now: number,
): { settlement: Settlement; candidates: readonly NoticeCandidate[] } {
  const { message, attemptId } = attempted;
  const conclusions: Conclusion[] = [];
  const events: Event[] = routedEvents(context, attempted, now);
  const candidates: NoticeCandidate[] = [];
  for (const result of attempted.results) {
    const concluded = concludeResult(context, message, result, now);
    conclusions.push(concluded.conclusion);
    events.push(...resultEvents(context, attempted, result, concluded, now));
    if (concluded.fate) candidates.push({ result, fate: concluded.fate });
  }
  const { token } = context;
  const { dialogue } = attempted;
  return {
    settlement: { messageId: message.id, token, attemptId, conclusions, events, dialogue },
    candidates,
  };
}

interface Concluded {
  readonly conclusion: Conclusion;
  /** What the author may hear of; undefined for nothing. */
  readonly fate: Fate | undefined;
}

function concludeResult(
  { options, site }: SettleContext,
  message: ClaimedMessage,
  result: Result,
  now: number,
): Concluded {
  const { recipient, status } = result;
  const { recipientId } = recipient;
  const reply = result.text;
  if (result.kind === 'held') {
    return { conclusion: { kind: 'held', recipientId, reason: reply }, fate: undefined };
  }
  if (result.kind === 'deferred') return concludeDeferred(options, message, result, now);
  if (result.kind === 'failed') {
    // who did not ask hears of it by the story alone: there may be as many as the list is long
    const isTold = result.suppressed === undefined || asksForFailures(recipient);
    const fate = isTold ? 'failed' : undefined;
    return { conclusion: { kind: 'failed', recipientId, reply, status }, fate };
  }
  const conclusion: Conclusion = { kind: 'delivered', recipientId, reply, status };
  // RFC 3461 §5.2.7.2: whoever takes it at the other address answers for it
  if (result.kind === 'redirected') return { conclusion, fate: undefined };
  const here = site === LOCAL_SITE ? 'delivered' : 'relayed';
  return { conclusion, fate: result.kind === 'expanded' ? 'expanded' : here };
}

function asksForFailures({ notify }: Result['recipient']): boolean {
  return notify?.split(',').includes('FAILURE') ?? false;
}

/** Tried again later, or given up. */
function concludeDeferred(
  { schedule, random }: QueueOptions,
  message: ClaimedMessage,
  { recipient, status, text: reply }: Result,
  now: number,
): Concluded {
  const { recipientId } = recipient;
  const next = nextAttempt(schedule, recipient.attempts + 1, now, message.expiresAt, random());
  if (next.kind === 'expired') {
    return { conclusion: { kind: 'failed', recipientId, reply, status }, fate: 'failed' };
  }
  const delayed = isDelayed(schedule, message, now);
  const delayNotified = recipient.delayNotified || delayed;
  const delayIsNews = delayed && !recipient.delayNotified;
  const nextAt = next.at;
  return {
    conclusion: {
      kind: 'deferred',
      recipientId,
      reply,
      status,
      nextAt,
      delayNotified,
      delayIsNews,
    },
    fate: delayed ? 'delayed' : undefined,
  };
}

function idsOf({ message, attemptId }: Attempted): EventIds {
  return {
    messageId: message.id,
    attemptId,
    tenantId: message.tenantId,
    ...(message.accountId !== null && { accountId: message.accountId }),
  };
}

function routedEvents({ site }: SettleContext, attempted: Attempted, now: number): Event[] {
  const ids = idsOf(attempted);
  return [
    ...attempted.routed.map(({ domain, steps, found }) =>
      event('attempt.routed', now, ids, {
        public: { site: found ? site : null, steps },
        personal: { domain },
      }),
    ),
    ...attempted.tls.map((session) =>
      event('attempt.tls', now, ids, { public: session, personal: {} }),
    ),
  ];
}

function resultEvents(
  { site }: SettleContext,
  attempted: Attempted,
  result: Result,
  { conclusion }: Concluded,
  now: number,
): Event[] {
  const { recipient, stage, status, code, host, text } = result;
  const ids = { ...idsOf(attempted), recipientId: String(recipient.recipientId) };
  if (conclusion.kind === 'held') {
    return [event('queue.held', now, ids, { public: { by: conclusion.reason }, personal: {} })];
  }
  if (result.suppressed !== undefined) {
    const { reason, stream, until } = result.suppressed;
    const fields = { reason, stream, until: until?.toISOString() ?? null };
    const { forwardPath } = recipient;
    return [event('recipient.suppressed', now, ids, { public: fields, personal: { forwardPath } })];
  }
  const attempt = recipient.attempts + 1;
  const facts = { site, stage, code: code ?? null, status, host: host ?? null, attempt };
  const personal = { forwardPath: recipient.forwardPath, reply: text };
  if (conclusion.kind === 'deferred') {
    const nextAt = new Date(conclusion.nextAt).toISOString();
    return [event('attempt.deferred', now, ids, { public: { ...facts, nextAt }, personal })];
  }
  if (conclusion.kind === 'delivered') {
    return [event('attempt.delivered', now, ids, { public: facts, personal })];
  }
  const failed = event('attempt.failed', now, ids, { public: facts, personal });
  if (result.kind === 'failed') return [failed];
  const { message } = attempted;
  const hours = Math.round((now - message.arrivedAt) / 3_600_000);
  const { forwardPath } = recipient;
  return [
    failed,
    event('recipient.expired', now, ids, { public: { hours }, personal: { forwardPath } }),
  ];
}

function onlyDelivered(settlement: Settlement): Settlement {
  const conclusions = settlement.conclusions.filter(({ kind }) => kind === 'delivered');
  const ids = new Set(conclusions.map(({ recipientId }) => String(recipientId)));
  const events = settlement.events.filter(
    ({ type, ids: { recipientId } }) =>
      type === 'attempt.routed' ||
      type === 'attempt.tls' ||
      (type === 'attempt.delivered' && ids.has(recipientId ?? '')),
  );
  return { ...settlement, conclusions, events };
}
