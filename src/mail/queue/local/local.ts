/**
 * One attempt at the mailboxes here, under one lease: each address is followed now, not when the message was queued; accounts get their
 * copy in the transaction that concludes the recipient, so that it happens once; targets elsewhere become a queue message of their own
 * in it. Many messages share a job. Called by `worker.ts`.
 */
import type { Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import {
  claimMore,
  type Claim,
  type ClaimedMessage,
  type ClaimedRecipient,
  type SiteMood,
} from '#store/queue/claim';
import { storedCopies } from '#store/queue/copies';
import { leaveHere, moveDomain, wakeDestinations } from '#store/queue/destinations';
import { LOCAL_SITE, type DestinationKey } from '#store/queue/enqueue';
import { expand, type Expanded } from '#mail/deliver/expand';
import { looksRewritten, wayBack } from '#mail/deliver/reverse-path';
import { Contents } from '#mail/queue/claim/content';
import type { Lease } from '#mail/queue/claim/lease';
import { ATTEMPT_LIMIT, CLAIM_LIMIT, type AttemptContext } from '#mail/queue/context';
import type { Settlement } from '#mail/queue/settle/record';
import { ownResult, type Result } from '#mail/queue/settle/result';
import { prepare } from '#mail/queue/settle/settle';
import { withholdSuppressed } from '#mail/queue/settle/withhold';
import type { Statement } from '#store/writer/writer';
import { Targets, type Work } from './targets.ts';

/** Delivers what was claimed, and more. Rejects only where the database is out of reach. */
export async function attemptLocal(
  context: AttemptContext,
  claim: Claim,
  lease: Lease,
): Promise<SiteMood> {
  const { store } = context.options;
  const attempt = new LocalAttempt(context, claim);
  let { count, messages } = claim;
  for (;;) {
    await attempt.round(messages);
    if (lease.lost || context.stopping.aborted || count >= ATTEMPT_LIMIT) break;
    const more = await claimMore(context.queue, claim.token, store.clock.now(), CLAIM_LIMIT);
    if (!more || more.count === 0) break;
    messages = more.messages;
    count += more.count;
  }
  return { kind: 'accepts' };
}

/** A piece of work with its conclusions. */
interface Ready {
  readonly work: Work;
  readonly settlement: Settlement;
  readonly accounts: readonly string[];
  readonly statements: readonly Statement[];
  readonly bytes: number;
}

/** Messages in one job: as few as to gain by sharing, so that accounts are not locked for long. */
const MESSAGES_PER_JOB = 16;

class LocalAttempt {
  readonly #context: AttemptContext;
  readonly #claim: Claim;
  #contents: Contents;

  constructor(context: AttemptContext, claim: Claim) {
    this.#context = context;
    this.#claim = claim;
    this.#contents = new Contents(context.options.store.pool, claim.messages, context.fresh);
  }

  async round(claimed: readonly ClaimedMessage[]): Promise<void> {
    const messages = await withholdSuppressed(this.#context, this.#claim, claimed);
    const { pool } = this.#context.options.store;
    this.#contents = new Contents(pool, messages, this.#context.fresh);
    const copies = await storedCopies(
      pool,
      messages.filter(mayHaveCopies).map(({ id }) => id),
    );
    const targets = new Targets(this.#context, this.#contents, copies);
    const writing: Promise<void>[] = [];
    let batch: Ready[] = [];
    try {
      for (const message of messages) {
        const ready = await this.#ready(message, targets);
        if (!ready) continue;
        batch.push(ready);
        if (batch.length === MESSAGES_PER_JOB) writing.push(this.#write(batch.splice(0)));
      }
      if (batch.length > 0) writing.push(this.#write(batch));
    } finally {
      // what is being written needs the lease, whatever became of the rest
      await Promise.allSettled(writing);
    }
    await Promise.all(writing);
  }

  async #ready(message: ClaimedMessage, targets: Targets): Promise<Ready | undefined> {
    const { options } = this.#context;
    const work: Work = {
      message,
      attemptId: options.store.newId(),
      results: [],
      events: [],
      accounts: [],
      statements: [],
      seals: new Map(),
    };
    for (const recipient of message.recipients) await this.#recipient(work, recipient, targets);
    return work.results.length === 0 ? undefined : this.#conclude(work);
  }

  async #conclude(work: Work): Promise<Ready> {
    const { options, recorder } = this.#context;
    const { message, attemptId, results } = work;
    const context = {
      options,
      recorder,
      contents: this.#contents,
      token: this.#claim.token,
      site: LOCAL_SITE,
      stream: this.#claim.stream,
    };
    const attempted = { message, attemptId, results, routed: [], tls: [], dialogue: undefined };
    const { settlement, bound } = await prepare(context, attempted);
    return {
      work,
      settlement: { ...settlement, events: [...work.events, ...settlement.events] },
      accounts: work.accounts,
      statements: [...work.statements, ...(bound?.statements ?? [])],
      bytes: bound?.bytes ?? 0,
    };
  }

  async #write(batch: readonly Ready[]): Promise<void> {
    const { recorder } = this.#context;
    const recorded = await recorder.recordBound(
      batch.map(({ settlement }) => settlement),
      {
        accounts: batch.flatMap(({ accounts }) => accounts),
        statements: batch.flatMap(({ statements }) => statements),
        bytes: batch.reduce((sum, { bytes }) => sum + bytes, 0),
      },
    );
    if (recorded !== 'refused') return;
    if (batch.length > 1) {
      for (const one of batch) await this.#write([one]);
    } else {
      await this.#putOff(batch[0]!.work);
    }
  }

  /** PostgreSQL refuses the delivery (an account that has just gone): tried again later, by what the directory says then. */
  async #putOff({ message, attemptId }: Work): Promise<void> {
    const results = message.recipients.map((recipient) =>
      ownResult(
        recipient,
        'deferred',
        'mailbox',
        '4.3.0',
        'The mailbox could not take the message',
      ),
    );
    const nothing = { events: [], accounts: [], statements: [], seals: new Map() };
    const { settlement } = await this.#conclude({ message, attemptId, results, ...nothing });
    await this.#context.recorder.record(settlement);
  }

  async #recipient(work: Work, recipient: ClaimedRecipient, targets: Targets): Promise<void> {
    const mailbox = parseMailbox(recipient.forwardPath)!;
    const expanded = await this.#follow(mailbox, recipient.reversePath);
    const conclude = (kind: Result['kind'], status: string, text: string): void => {
      work.results.push(ownResult(recipient, kind, 'mailbox', status, text));
    };
    switch (expanded.kind) {
      case 'expanded':
        return targets.take(work, recipient, mailbox, expanded.expansion);
      case 'unknown':
        return conclude('failed', '5.1.1', `There is no mailbox ${recipient.forwardPath} here`);
      case 'alias-loop':
        return conclude('failed', '5.4.6', `The alias ${recipient.forwardPath} leads to itself`);
      case 'no-postmaster-yet':
        return conclude('deferred', '4.2.1', 'There is no account yet that could take this');
      case 'not-here':
        // queued for elsewhere: the domain was here for a while
        if (recipient.domain !== '') return this.#backElsewhere(recipient.domain);
        if (isOurs(work.message))
          return this.#nowElsewhere(work.message, recipient, mailbox.domain);
        return conclude(
          'failed',
          '5.1.2',
          `The domain of ${recipient.forwardPath} is not here any more`,
        );
    }
  }

  /** A notice of failure, of ours too, may go to an address that SRS made here. */
  async #follow(mailbox: Mailbox, reversePath: string | null): Promise<Expanded> {
    const { store, directory } = this.#context.options;
    if (reversePath !== null || !looksRewritten(mailbox)) return expand(directory, mailbox);
    const { pool, clock } = store;
    const way = await wayBack({ directory, pool }, mailbox, clock.now());
    if (way.kind === 'ordinary') return expand(directory, mailbox);
    return way.kind === 'back'
      ? { kind: 'expanded', expansion: way.expansion }
      : { kind: 'unknown' };
  }

  async #backElsewhere(domain: string): Promise<void> {
    const { options, queue } = this.#context;
    const now = options.store.clock.now();
    await this.#inLine(await moveDomain(queue, domain, domain, this.#claim.token, now));
  }

  async #nowElsewhere(
    { id: messageId }: ClaimedMessage,
    { recipientId }: ClaimedRecipient,
    domain: string,
  ): Promise<void> {
    const { options, queue } = this.#context;
    const now = options.store.clock.now();
    const { token } = this.#claim;
    await this.#inLine(await leaveHere(queue, { messageId, recipientId }, domain, token, now));
  }

  async #inLine(destinations: readonly DestinationKey[]): Promise<void> {
    const { options, queue, wake } = this.#context;
    // before anything else forgets them: a destination that is not in line is found again only by and by
    await wakeDestinations(queue, destinations, options.store.clock.now());
    wake(destinations);
  }
}

/** Another recipient, or another attempt, may have brought the account its copy already. */
function mayHaveCopies({ recipients }: ClaimedMessage): boolean {
  return recipients.some(
    ({ recipientId, attempts, released }) => recipientId > 1 || attempts > 0 || released,
  );
}

/**
 * Written by an account here, or a notice of ours: it may go to any host. Mail that came in by MX was taken for a domain here, and
 * is not relayed for one that is another's by now (RFC 5321 §7.9 lets a server say whom it relays for).
 */
function isOurs({ accountId, parentId }: ClaimedMessage): boolean {
  return accountId !== null || parentId !== null;
}
