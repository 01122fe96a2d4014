/**
 * One attempt at a site elsewhere, under one lease: routes the domains of what was claimed, opens a session, and hands message after
 * message to it, the recipients of each in one transaction; goes on with what else is due there, within bounds. What each came to
 * is written without waiting for it. Called by `worker.ts`.
 */
import type { Mail } from '#clients/smtp/mail';
import type { Deferred, Failed, RecipientOutcome } from '#clients/smtp/outcome';
import type { SmtpSession } from '#clients/smtp/smtp-session';
import { event } from '#events';
import type { SessionNotes, ToldSession } from '#mail/tls-policy/session-notes';
import type { NoWay, Way } from '#mail/tls-policy/ways';
import type { Tally } from '#mail/warm-up/tally';
import { parseMailbox } from '#protocol/address/path';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import {
  claimMore,
  type Claim,
  type ClaimedMessage,
  type ClaimedRecipient,
  type More,
  type SiteMood,
} from '#store/queue/claim';
import { Contents } from './content.ts';
import { ATTEMPT_LIMIT, ATTEMPT_TIME, CLAIM_LIMIT, type AttemptContext } from './context.ts';
import { decide, type Decision } from './destination.ts';
import { connect } from './hosts.ts';
import type { Lease } from './lease.ts';
import type { Visit } from './lingering.ts';
import { impressionOf, impressionOfNoSession, worse, type Impression } from './mood.ts';
import { ownResult, resultOf, type Result } from './result.ts';
import type { RouteHost } from './route.ts';
import { sitePauseUntil } from './schedule.ts';
import { settle, type Attempted } from './settle.ts';
import { withholdSuppressed } from './withhold.ts';

/**
 * Delivers what was claimed, and more of the same destination. Rejects only where the database is out of reach.
 * @param tally of the replies, where a warm-up plan wants to know
 */
export async function attemptRemote(
  context: AttemptContext,
  claim: Claim,
  lease: Lease,
  tally?: Tally,
): Promise<SiteMood> {
  const attempt = new RemoteAttempt(context, claim, lease, tally);
  try {
    await attempt.run();
  } finally {
    await attempt.leave();
  }
  return attempt.mood();
}

interface OpenSession {
  readonly session: SmtpSession;
  readonly host: string;
  readonly key: string;
  /** Of the hosts it belongs to. */
  readonly hostsKey: string;
  /** Said before the first message; undefined after it. */
  opening: readonly DialogueEntry[] | undefined;
  readonly notes: SessionNotes;
}

interface NoSession {
  readonly outcome: Deferred | Failed;
  readonly host: string;
  readonly dialogue: readonly DialogueEntry[];
  readonly notes: SessionNotes;
}

/** Recipients of a message that go in one transaction. */
interface Group {
  readonly hosts: readonly RouteHost[];
  readonly hostsKey: string;
  readonly reversePath: string | null;
  readonly recipients: ClaimedRecipient[];
}

/** New connections for one message, where the peer loses them. */
const MAX_SESSIONS = 3;
/** How long a stop waits for a reply to a final dot; without it the message would be sent twice. */
const AFTER_DOT = 10_000;
/** After this an attempt that has nothing to do gives way. Monotonic milliseconds. */
const LINGER_UNTIL = 5_000;
const NOTHING: More = { messages: [], count: 0 };

class RemoteAttempt {
  readonly #context: AttemptContext;
  readonly #claim: Claim;
  readonly #lease: Lease;
  readonly #tally: Tally | undefined;
  readonly #decisions = new Map<string, Decision>();
  readonly #unreachable = new Map<string, NoSession>();
  #settling: Promise<unknown>[] = [];
  #open: OpenSession | undefined;
  #impression: Impression | undefined;
  /** Calendar milliseconds, of the impression `pause`. */
  #pauseHeardAt = 0;
  #afterDot = false;
  /** Nothing further is tried: the site asked for a pause, or the lease is lost. */
  #over = false;

  constructor(context: AttemptContext, claim: Claim, lease: Lease, tally: Tally | undefined) {
    this.#context = context;
    this.#claim = claim;
    this.#lease = lease;
    this.#tally = tally;
  }

  async run(): Promise<void> {
    const onEnd = (): void => this.#end();
    this.#context.ended.addEventListener('abort', onEnd);
    // on the disk by the time of the first final dot
    void this.#lease.renew();
    try {
      await this.#rounds();
    } finally {
      this.#context.ended.removeEventListener('abort', onEnd);
      // what is being written needs the lease, whatever became of the rest
      await Promise.allSettled(this.#settling);
    }
    await Promise.all(this.#settling);
  }

  async #rounds(): Promise<void> {
    // of a warm-up plan each claim takes its part
    if (this.#claim.planned) return this.#round(this.#claim.messages);
    const { clock } = this.#context.options.store;
    const began = clock.monotonic();
    const spent = (): number => clock.monotonic() - began;
    using visit = this.#context.lingering.join(this.#claim);
    let more: More = this.#claim;
    for (let total = 0; more.count > 0;) {
      await this.#round(more.messages);
      total += more.count;
      if (this.#isOver() || total >= ATTEMPT_LIMIT || spent() > ATTEMPT_TIME) return;
      more = await this.#more(visit, more.count, spent() < LINGER_UNTIL);
    }
  }

  /** What else is due, now or a moment later; nothing when the attempt is to end. */
  async #more(visit: Visit, before: number, lingers: boolean): Promise<More> {
    const { queue, options, stopping } = this.#context;
    let mayBeDue = before >= CLAIM_LIMIT || visit.news;
    for (;;) {
      if (!mayBeDue) {
        if (!lingers || !(await visit.linger(stopping))) return NOTHING;
        // a way may be another by now
        this.#decisions.clear();
      }
      visit.news = false;
      const now = options.store.clock.now();
      const more = await claimMore(queue, this.#claim.token, now, CLAIM_LIMIT);
      if (!more) {
        // the lease is another's: nobody puts in line what this attempt was told of
        this.#context.wake([this.#claim]);
        return NOTHING;
      }
      if (more.count > 0) return more;
      mayBeDue = visit.news;
    }
  }

  mood(): SiteMood {
    const { options } = this.#context;
    if (this.#impression === undefined) return { kind: 'neutral' };
    if (this.#impression === 'accepts') return { kind: 'accepts' };
    if (this.#impression === 'slower') return { kind: 'defers', pause: undefined };
    const now = options.store.clock.now();
    const failures = this.#claim.failures + 1;
    const until = sitePauseUntil(options.schedule, failures, now, options.random());
    return { kind: 'defers', pause: { heardAt: this.#pauseHeardAt, until } };
  }

  /** Ends the session politely. */
  async leave(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.session.quit();
  }

  #isOver(): boolean {
    return this.#over || this.#lease.lost || this.#context.stopping.aborted;
  }

  #end(): void {
    const session = this.#open?.session;
    if (!this.#afterDot) session?.abort();
    else setTimeout(() => session?.abort(), AFTER_DOT).unref();
  }

  async #round(claimed: readonly ClaimedMessage[]): Promise<void> {
    const { options, fresh } = this.#context;
    const messages = await withholdSuppressed(this.#context, this.#claim, claimed);
    const contents = new Contents(options.store.pool, messages, fresh);
    // whoever is here again was queued or released meanwhile, and may go another way by now
    for (const [domain, { kind }] of this.#decisions) {
      if (kind !== 'hosts') this.#decisions.delete(domain);
    }
    const earlier = this.#settling.length;
    for (const message of messages) {
      if (this.#isOver()) break;
      await this.#message(message, contents);
    }
    // sends no further ahead of a database that is slow
    await Promise.all(this.#settling.slice(0, earlier));
    this.#settling = this.#settling.slice(earlier);
  }

  /** Awaited at the end of the next round; a failure until then is nobody else's to hear. */
  #settle(settling: Promise<unknown>): void {
    settling.catch(() => {});
    this.#settling.push(settling);
  }

  /** Tries one message; what it came to is written meanwhile. */
  async #message(message: ClaimedMessage, contents: Contents): Promise<void> {
    const { options, recorder } = this.#context;
    const attemptId = options.store.newId();
    const groups = new Map<string, Group>();
    const results: Result[] = [];
    const routed: Routed[] = [];
    const tls: ToldSession[] = [];
    for (const recipient of message.recipients) {
      if (options.delivery === 'hold' && !recipient.released) {
        results.push(ownResult(recipient, 'held', 'route', '4.0.0', 'delivery-hold'));
        continue;
      }
      const decision = await this.#decision(recipient.domain);
      if (decision.kind === 'moved') continue;
      const way = wayOf(decision, message);
      if (!routed.some(({ domain }) => domain === recipient.domain)) {
        routed.push(routedTo(recipient.domain, decision, way));
      }
      if (way.kind === 'way') addTo(groups, recipient, way);
      else results.push(withoutPeer(recipient, way));
    }
    const dialogue: DialogueEntry[] = [];
    for (const group of groups.values()) {
      results.push(...(await this.#deliver(message, group, contents, dialogue, tls)));
    }
    this.#tally?.add(results);
    if (results.length === 0) {
      if (dialogue.length > 0) this.#abandoned(message, attemptId, dialogue);
      return;
    }
    const attempted = {
      message,
      attemptId,
      results,
      routed,
      tls,
      dialogue: groups.size > 0 ? dialogue : undefined,
    };
    this.#settle(settle({ options, recorder, contents, ...this.#claim }, attempted));
  }

  /** Something was said, and nothing came of it: the lease was lost, or the server stops. */
  #abandoned(
    { id: messageId, tenantId }: ClaimedMessage,
    attemptId: string,
    dialogue: readonly DialogueEntry[],
  ): void {
    const { options, recorder } = this.#context;
    const reason = this.#context.ended.aborted ? 'stopping' : 'lease-lost';
    const abandoned = event(
      'attempt.abandoned',
      options.store.clock.now(),
      { messageId, attemptId, tenantId },
      { public: { reason }, personal: {} },
    );
    const { token } = this.#claim;
    const settlement = {
      messageId,
      token,
      attemptId,
      conclusions: [],
      events: [abandoned],
      dialogue,
    };
    this.#settle(recorder.record(settlement));
  }

  async #decision(domain: string): Promise<Decision> {
    let decision = this.#decisions.get(domain);
    if (!decision) {
      const { site, token } = this.#claim;
      decision = await decide(this.#context, domain, site, token);
      this.#decisions.set(domain, decision);
    }
    return decision;
  }

  /** One transaction, on a further connection where the first is lost; `dialogue` is continued. */
  async #deliver(
    message: ClaimedMessage,
    group: Group,
    contents: Contents,
    dialogue: DialogueEntry[],
    tls: ToldSession[],
  ): Promise<Result[]> {
    const results: Result[] = [];
    const lostOn = new Set<string>();
    let recipients: readonly ClaimedRecipient[] = group.recipients;
    for (let sessions = 1; recipients.length > 0; sessions++) {
      const open = await this.#session(group, lostOn);
      tls.push(...this.#noteTls(open.notes, group));
      if ('outcome' in open) {
        dialogue.push(...open.dialogue);
        if (!open.notes.failedByPolicy) {
          this.#impress(impressionOfNoSession(open.outcome));
        }
        if (!this.#isAborted(open.outcome)) {
          results.push(
            ...recipients.flatMap((r) => resultOf(r, open.outcome, open.host, false) ?? []),
          );
        }
        break;
      }
      const { session, host } = open;
      this.#afterDot = false;
      const mail = this.#mail(message, group, recipients, await contents.of(message));
      const delivery = await session.deliver(mail);
      dialogue.push(
        ...(open.opening ?? [reuseNote(host, delivery.dialogue)]),
        ...delivery.dialogue,
      );
      open.opening = undefined;
      const again: ClaimedRecipient[] = [];
      for (const [i, outcome] of delivery.outcomes.entries()) {
        const recipient = recipients[i]!;
        if (
          sessions < MAX_SESSIONS &&
          (delivery.retryAtOnce ? outcome.kind === 'deferred' : isLost(outcome))
        ) {
          again.push(recipient);
          continue;
        }
        this.#note(outcome);
        const result = this.#isAborted(outcome)
          ? undefined
          : resultOf(recipient, outcome, host, delivery.dsnPassedOn);
        if (result) results.push(result);
      }
      if (!delivery.retryAtOnce && again.length > 0) lostOn.add(open.key);
      recipients = again;
    }
    return results;
  }

  /** Counts the session for the domains that use it; what there is to tell of it, once. */
  #noteTls(notes: SessionNotes, { recipients }: Group): readonly ToldSession[] {
    const ledger = this.#context.options.tlsPolicy?.ledger;
    if (ledger === undefined) return [];
    for (const { domain } of recipients) notes.count(ledger, domain);
    return notes.tell();
  }

  #note(outcome: RecipientOutcome): void {
    const impression = impressionOf(outcome);
    this.#impress(impression);
    if (impression === 'pause' || outcome.kind === 'abandoned') this.#over = true;
  }

  #impress(impression: Impression | undefined): void {
    this.#impression = worse(this.#impression, impression);
    if (impression === 'pause') this.#pauseHeardAt = this.#context.options.store.clock.now();
  }

  #mail(
    message: ClaimedMessage,
    { reversePath }: Group,
    recipients: readonly ClaimedRecipient[],
    content: Mail['content'],
  ): Mail {
    return {
      reversePath: reversePath === null ? null : (parseMailbox(reversePath) ?? null),
      recipients: recipients.map(({ forwardPath, notify, orcpt }) => ({
        mailbox: parseMailbox(forwardPath)!,
        ...(notify !== null && {
          notify: notify.split(',') as ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[],
        }),
        ...(orcpt !== null && { orcpt }),
      })),
      ...(message.envid !== null && { envid: message.envid }),
      ...(message.ret !== null && { ret: message.ret }),
      ...(message.tlsRequired === 'yes' && {
        requireTls: message.reversePath === null ? 'prefer' : 'must',
      }),
      content,
      beforeFinalDot: () => this.#mayFinish(),
    };
  }

  #mayFinish(): boolean | Promise<boolean> {
    if (this.#context.ended.aborted) return false;
    const holds = this.#lease.holds();
    if (typeof holds !== 'boolean') return holds.then((still) => this.#finishing(still));
    return this.#finishing(holds);
  }

  #finishing(holds: boolean): boolean {
    this.#afterDot = holds && !this.#context.ended.aborted;
    return this.#afterDot;
  }

  /** We hung up because the server stops: nothing was decided. */
  #isAborted(outcome: RecipientOutcome): boolean {
    return (
      this.#context.ended.aborted &&
      outcome.kind === 'deferred' &&
      outcome.cause.kind === 'network' &&
      outcome.cause.reason === 'aborted'
    );
  }

  /** The open session of these hosts, or a new one. */
  async #session(
    { hosts, hostsKey }: Group,
    lostOn: ReadonlySet<string>,
  ): Promise<OpenSession | NoSession> {
    const open = this.#open;
    if (open?.hostsKey === hostsKey && open.session.reusable) return open;
    const unreachable = this.#unreachable.get(hostsKey);
    if (unreachable) return unreachable;
    await this.leave();
    const { options, ended } = this.#context;
    const connected = await connect(options, hosts, this.#claim.source, lostOn, ended);
    if (connected.kind === 'none') {
      this.#unreachable.set(hostsKey, connected);
      return connected;
    }
    const { session, host, key, dialogue, notes } = connected;
    this.#open = { session, host, key, hostsKey, opening: dialogue, notes };
    if (ended.aborted) session.abort();
    return this.#open;
  }
}

type Routed = Attempted['routed'][number];

/** By which hosts a message goes: those of the domain, on the terms that its author asks for. */
function wayOf(
  decision: Exclude<Decision, { kind: 'moved' }>,
  { tlsRequired, reversePath }: ClaimedMessage,
): Exclude<Decision, { kind: 'moved' | 'hosts' }> | Way | NoWay {
  return decision.kind === 'hosts' ? decision.ways(tlsRequired, reversePath === null) : decision;
}

function routedTo(
  domain: string,
  decision: Exclude<Decision, { kind: 'moved' }>,
  way: ReturnType<typeof wayOf>,
): Routed {
  const steps =
    decision.kind === 'hosts' && way.steps.length > 0
      ? [...decision.steps, ...way.steps]
      : decision.steps;
  return { domain, steps, found: decision.kind === 'hosts' };
}

function addTo(
  groups: Map<string, Group>,
  recipient: ClaimedRecipient,
  { hosts, key: hostsKey }: Way,
): void {
  const { reversePath } = recipient;
  const key = `${hostsKey}\n${reversePath ?? ''}`;
  const group = groups.get(key);
  if (group) group.recipients.push(recipient);
  else groups.set(key, { hosts, hostsKey, reversePath, recipients: [recipient] });
}

function withoutPeer(
  recipient: ClaimedRecipient,
  decision: Exclude<Decision, { kind: 'moved' | 'hosts' }> | NoWay,
): Result {
  return decision.kind === 'held'
    ? ownResult(recipient, 'held', 'route', '4.0.0', decision.reason)
    : ownResult(recipient, decision.kind, 'route', decision.status, decision.text);
}

function reuseNote(host: string, dialogue: readonly DialogueEntry[]): DialogueEntry {
  const text = `on the connection to ${host} that was opened for an earlier message`;
  return { at: dialogue[0]?.at ?? 0, kind: 'note', text };
}

/** The connection went while nothing was decided and no content can have been taken: another host, or a new connection, may do. */
function isLost(outcome: RecipientOutcome): boolean {
  if (outcome.kind !== 'deferred' || outcome.stage === 'end-of-data') return false;
  const { cause } = outcome;
  if (cause.kind === 'session-full') return true;
  return cause.kind === 'network' && (cause.reason === 'lost' || cause.reason === 'aborted');
}
