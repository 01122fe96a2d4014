/**
 * The mailboxes and the addresses elsewhere behind a recipient here: for each mailbox the statement that stores its copy, for the
 * addresses elsewhere a message of their own in the queue, and what becomes of the recipient. Called by `local.ts` for the messages of
 * a round.
 */
import { EMPTY, utf8 } from '#bytes';
import { event, type Event } from '#events';
import type { Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { summarize, type MessageSummary } from '#protocol/message/summary';
import { quotaLeft } from '#store/directory/directory';
import type { ClaimedMessage, ClaimedRecipient } from '#store/queue/claim';
import { forwardTo } from '#mail/deliver/forward';
import type { AccountTarget, Expansion } from '#mail/deliver/expand';
import { isRedirection } from '#mail/deliver/forwarded-notify';
import { deliveredToField, returnPathField } from '#mail/deliver/trace-fields';
import type { Contents } from '#mail/queue/claim/content';
import type { AttemptContext } from '#mail/queue/context';
import { ownResult, type Result } from '#mail/queue/settle/result';
import { deliverEmail, viewOf } from '#store/emails/emails';
import type { Statement } from '#store/writer/writer';
import { sealForward } from './seal-forward.ts';

/** What happens for one message, in one transaction. */
export interface Work {
  readonly message: ClaimedMessage;
  readonly attemptId: string;
  readonly results: Result[];
  readonly events: Event[];
  readonly accounts: string[];
  readonly statements: Statement[];
  /** By domain: the aliases of one share theirs. */
  readonly seals: Map<string, Uint8Array>;
}

export class Targets {
  readonly #context: AttemptContext;
  readonly #contents: Contents;
  /** Message and account, of those that are stored. */
  readonly #copies: Set<string>;
  #summarized: { message: ClaimedMessage; summary: MessageSummary } | undefined;

  constructor(context: AttemptContext, contents: Contents, copies: Set<string>) {
    this.#context = context;
    this.#contents = contents;
    this.#copies = copies;
  }

  async take(
    work: Work,
    recipient: ClaimedRecipient,
    mailbox: Mailbox,
    expansion: Expansion,
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
      if (this.#copies.has(copy)) continue;
      this.#copies.add(copy);
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
