/**
 * What is said to the hosts of a site in one attempt: one session at a time, kept from message to message while the hosts stay the same;
 * the recipients of a message in one transaction; the question before each final dot; and what the attempt makes us think of the site.
 * Called by `attempt.ts`.
 */
import type { Mail } from '#clients/smtp/mail';
import type { Deferred, Failed, RecipientOutcome } from '#clients/smtp/outcome';
import type { SmtpSession } from '#clients/smtp/smtp-session';
import type { Contents } from '#mail/queue/claim/content';
import type { Lease } from '#mail/queue/claim/lease';
import type { AttemptContext } from '#mail/queue/context';
import type { RouteHost } from '#mail/queue/route/route';
import { resultOf, type Result } from '#mail/queue/settle/result';
import { sitePauseUntil } from '#mail/queue/settle/schedule';
import type { SessionNotes, ToldSession } from '#mail/tls-policy/session-notes';
import { parseMailbox } from '#protocol/address/path';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Claim, ClaimedMessage, ClaimedRecipient, SiteMood } from '#store/queue/claim';
import { connect } from './hosts.ts';
import { impressionOf, impressionOfNoSession, worse, type Impression } from './mood.ts';

/** New connections for one message, where the peer loses them. */
const MAX_SESSIONS = 3;
/** How long a stop waits for a reply to a final dot; without it the message would be sent twice. */
const AFTER_DOT = 10_000;

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
export interface Group {
  readonly hosts: readonly RouteHost[];
  readonly hostsKey: string;
  readonly reversePath: string | null;
  readonly recipients: ClaimedRecipient[];
}

export class Conversation {
  readonly #context: AttemptContext;
  readonly #claim: Claim;
  readonly #lease: Lease;
  readonly #unreachable = new Map<string, NoSession>();
  #open: OpenSession | undefined;
  #impression: Impression | undefined;
  /** Calendar milliseconds, of the impression `pause`. */
  #pauseHeardAt = 0;
  #afterDot = false;
  #over = false;

  constructor(context: AttemptContext, claim: Claim, lease: Lease) {
    this.#context = context;
    this.#claim = claim;
    this.#lease = lease;
  }

  /** Nothing further is tried: the site asked for a pause, or the lease is lost. */
  get isOver(): boolean {
    return this.#over;
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

  /** The server cannot wait any longer, but for a reply to a final dot. */
  end(): void {
    const session = this.#open?.session;
    if (!this.#afterDot) session?.abort();
    else setTimeout(() => session?.abort(), AFTER_DOT).unref();
  }

  /** One transaction, on a further connection where the first is lost; `dialogue` is continued. */
  async deliver(
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
