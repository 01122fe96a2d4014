/**
 * One attempt at a site elsewhere, under one lease: routes the domains of what was claimed, and hands message after message to a
 * conversation with the hosts (`conversation.ts`); goes on with what else is due there, within bounds. What each came to is written
 * without waiting for it. Called by `worker.ts`.
 */
import { event } from '#events';
import { Contents } from '#mail/queue/claim/content';
import type { Lease } from '#mail/queue/claim/lease';
import type { Visit } from '#mail/queue/claim/lingering';
import { ATTEMPT_LIMIT, ATTEMPT_TIME, CLAIM_LIMIT, type AttemptContext } from '#mail/queue/context';
import { ownResult, type Result } from '#mail/queue/settle/result';
import { settle, type Attempted } from '#mail/queue/settle/settle';
import { withholdSuppressed } from '#mail/queue/settle/withhold';
import type { ToldSession } from '#mail/tls-policy/session-notes';
import type { NoWay, Way } from '#mail/tls-policy/ways';
import type { Tally } from '#mail/warm-up/tally';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import {
  claimMore,
  type Claim,
  type ClaimedMessage,
  type ClaimedRecipient,
  type More,
  type SiteMood,
} from '#store/queue/claim';
import { Conversation, type Group } from './conversation.ts';
import { decide, type Decision } from './destination.ts';

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
    await attempt.conversation.leave();
  }
  return attempt.conversation.mood();
}

/** After this an attempt that has nothing to do gives way. Monotonic milliseconds. */
const LINGER_UNTIL = 5_000;
const NOTHING: More = { messages: [], count: 0 };

class RemoteAttempt {
  readonly conversation: Conversation;
  readonly #context: AttemptContext;
  readonly #claim: Claim;
  readonly #lease: Lease;
  readonly #tally: Tally | undefined;
  readonly #decisions = new Map<string, Decision>();
  #settling: Promise<unknown>[] = [];

  constructor(context: AttemptContext, claim: Claim, lease: Lease, tally: Tally | undefined) {
    this.#context = context;
    this.#claim = claim;
    this.#lease = lease;
    this.#tally = tally;
    this.conversation = new Conversation(context, claim, lease);
  }

  async run(): Promise<void> {
    const onEnd = (): void => this.conversation.end();
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

  #isOver(): boolean {
    return this.conversation.isOver || this.#lease.lost || this.#context.stopping.aborted;
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
      results.push(...(await this.conversation.deliver(message, group, contents, dialogue, tls)));
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
