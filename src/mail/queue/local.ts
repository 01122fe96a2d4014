/**
 * One attempt at the mailboxes here, under one lease: each address is followed now, not when the message was queued; accounts get their
 * copy in the transaction that concludes the recipient, so that it happens once; targets elsewhere become a queue message of their own
 * in it. Many messages share a job. Called by `worker.ts`.
 */
import { EMPTY, utf8 } from '#bytes';
import { event, type Event } from '#events';
import type { Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { summarize, type MessageSummary } from '#protocol/message/summary';
import { quotaLeft } from '#store/directory/directory';
import { deliverEmail, viewOf } from '#store/emails';
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
import type { Statement } from '#store/writer';
import { forwardTo } from '#mail/deliver/forward';
import { expand, type AccountTarget, type Expanded, type Expansion } from '#mail/deliver/expand';
import { isRedirection } from '#mail/deliver/forwarded-notify';
import { looksRewritten, wayBack } from '#mail/deliver/reverse-path';
import { deliveredToField, returnPathField } from '#mail/deliver/trace-fields';
import { Contents } from './content.ts';
import { ATTEMPT_LIMIT, CLAIM_LIMIT, type AttemptContext } from './context.ts';
import type { Lease } from './lease.ts';
import type { Settlement } from './record.ts';
import { ownResult, type Result } from './result.ts';
import { sealForward } from './seal-forward.ts';
import { prepare } from './settle.ts';
import { withholdSuppressed } from './withhold.ts';

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

/** What happens for one message, in one transaction. */
interface Work {
  readonly message: ClaimedMessage;
  readonly attemptId: string;
  readonly results: Result[];
  readonly events: Event[];
  readonly accounts: string[];
  readonly statements: Statement[];
  /** By domain: the aliases of one share theirs. */
  readonly seals: Map<string, Uint8Array>;
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
    const writing: Promise<void>[] = [];
    let batch: Ready[] = [];
    try {
      for (const message of messages) {
        const ready = await this.#ready(message, copies);
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

  async #ready(message: ClaimedMessage, copies: Set<string>): Promise<Ready | undefined> {
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
    for (const recipient of message.recipients) await this.#recipient(work, recipient, copies);
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

  async #recipient(work: Work, recipient: ClaimedRecipient, copies: Set<string>): Promise<void> {
    const mailbox = parseMailbox(recipient.forwardPath)!;
    const expanded = await this.#follow(mailbox, recipient.reversePath);
    const conclude = (kind: Result['kind'], status: string, text: string): void => {
      work.results.push(ownResult(recipient, kind, 'mailbox', status, text));
    };
    switch (expanded.kind) {
      case 'expanded':
        return this.#toTargets(work, recipient, mailbox, expanded.expansion, copies);
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

  async #toTargets(
    work: Work,
    recipient: ClaimedRecipient,
    mailbox: Mailbox,
    expansion: Expansion,
    copies: Set<string>,
  ): Promise<void> {
    const open = expansion.accounts.filter(({ state }) => state === 'open');
    const { external } = expansion;
    const conclude = (kind: Result['kind'], status: string, text: string): void => {
      const stage = kind === 'expanded' || kind === 'redirected' ? 'alias' : 'mailbox';
      work.results.push(ownResult(recipient, kind, stage, status, text));
    };
    if (open.length + external.length === 0) {
      const gone = expansion.accounts.every(({ state }) => state === 'removed');
      return gone
        ? conclude('failed', '5.1.1', `There is no mailbox ${recipient.forwardPath} here`)
        : conclude('failed', '5.2.1', `The mailbox ${recipient.forwardPath} is disabled`);
    }
    const room = await Promise.all(open.map((account) => this.#hasRoom(account, work.message)));
    // as at RCPT: taken for all of them, or for none, so that nobody's copy is lost unheard
    if (!room.includes(true) && external.length === 0) {
      return conclude('deferred', '4.2.2', `The mailbox ${recipient.forwardPath} is full`);
    }
    work.events.push(...this.#expansionEvents(work, recipient, expansion));
    for (const target of open) {
      const copy = `${work.message.id} ${target.accountId}`;
      if (copies.has(copy)) continue;
      copies.add(copy);
      work.accounts.push(target.accountId);
      work.statements.push(await this.#delivery(work, recipient, target));
    }
    if (external.length === 0) return conclude('delivered', '2.1.5', 'Delivered to the mailbox');
    await this.#forward(work, recipient, mailbox, expansion);
    return isRedirection(expansion)
      ? conclude('redirected', '2.1.5', 'Sent on to the address behind it')
      : conclude('expanded', '2.1.5', 'Sent on to the addresses behind it');
  }

  async #hasRoom(
    { accountId, hasQuota, rule }: AccountTarget,
    message: ClaimedMessage,
  ): Promise<boolean> {
    // a postmaster is reached whatever the quota says
    if (!hasQuota || rule === 'role') return true;
    const left = await quotaLeft(this.#context.options.store.pool, accountId);
    return (left.bytes ?? Infinity) > message.size && (left.messages ?? Infinity) > 0;
  }

  async #delivery(
    { message, attemptId }: Work,
    recipient: ClaimedRecipient,
    { accountId }: AccountTarget,
  ): Promise<Statement> {
    const { reversePath, forwardPath, recipientId } = recipient;
    const prefix = Buffer.concat([
      utf8(returnPathField(reversePath === null ? null : (parseMailbox(reversePath) ?? null))),
      utf8(deliveredToField(forwardPath)),
      message.prefix,
    ]);
    return deliverEmail({
      accountId,
      role: 'inbox',
      messageId: message.id,
      recipientId,
      sessionId: message.sessionId ?? undefined,
      attemptId,
      sha256: message.sha256,
      view: viewOf(prefix, message.blobSize, message.hidden),
      reversePath,
      forwardPath,
      summary: await this.#summary(message),
      receivedAt: this.#context.options.store.clock.now(),
    });
  }

  #summarized: { message: ClaimedMessage; summary: MessageSummary } | undefined;

  /** Read once for all recipients of a message. */
  async #summary(message: ClaimedMessage): Promise<MessageSummary> {
    if (this.#summarized?.message !== message) {
      this.#summarized = { message, summary: summarize(await this.#contents.head(message)) };
    }
    return this.#summarized.summary;
  }

  /** A queue message for the targets of an alias that are elsewhere; its author hears what the original's would. */
  async #forward(
    work: Work,
    recipient: ClaimedRecipient,
    alias: Mailbox,
    expansion: Expansion,
  ): Promise<void> {
    const { store, directory } = this.#context.options;
    const { message, events, statements } = work;
    const forwarded = await forwardTo(directory, {
      id: store.newId(),
      original: {
        id: message.id,
        sessionId: message.sessionId ?? undefined,
        accountId: message.accountId ?? undefined,
        sha256: message.sha256,
        blobSize: message.blobSize,
        hidden: message.hidden,
        reversePath: recipient.reversePath,
        ret: message.ret ?? undefined,
        envid: message.envid ?? undefined,
        smtputf8: message.smtputf8,
        eightBit: message.eightBit,
        notifyAuthor: message.notifyAuthor,
        tlsRequired: message.tlsRequired ?? undefined,
        expiresAt: message.expiresAt,
      },
      alias,
      expansion: { ...expansion, tenantId: message.tenantId },
      targets: expansion.external,
      orcpt: recipient.orcpt ?? undefined,
      notify: recipient.notify ?? undefined,
      firstRecipient: 1,
      seals: await this.#seals(work, alias, expansion),
      trace: message.prefix,
      now: store.clock.now(),
    });
    statements.push(...forwarded.statements);
    events.push(...forwarded.events);
  }

  /** As at reception: a notice of failure that finds its way back is not sealed. */
  async #seals(
    { message, events, seals }: Work,
    { domain }: Mailbox,
    { isBounce }: Expansion,
  ): Promise<Uint8Array> {
    const { options } = this.#context;
    if (options.sealsForwards !== true || isBounce === true) return EMPTY;
    let fields = seals.get(domain);
    if (fields === undefined) {
      const sealed = await sealForward(options, this.#contents, message, domain);
      ({ fields } = sealed);
      seals.set(domain, fields);
      events.push(sealed.event);
    }
    return fields;
  }

  #expansionEvents(
    { message, attemptId }: Work,
    { recipientId }: ClaimedRecipient,
    { steps }: Expansion,
  ): Event[] {
    const now = this.#context.options.store.clock.now();
    const ids = {
      messageId: message.id,
      recipientId: String(recipientId),
      attemptId,
      tenantId: message.tenantId,
    };
    return steps.map(({ address, rule, targets }) =>
      event('recipient.expanded', now, ids, {
        public: { rule },
        personal: { forwardPath: address, targets },
      }),
    );
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
