/**
 * A provider takes in mail: the production checks find out, its own rules decide, and what became of it is counted, kept and explained.
 * Decisions and their counts are made in one go, with nothing awaited in between, so that a quota holds for mail that comes all at once.
 */
import type { Log } from '#log';
import type { OffenceKind } from '#lab/dnsbl/rules';
import {
  identityOf,
  type ClientFacts,
  type Identity,
  type MessageFacts,
} from '#lab/providers/facts';
import type { Cases, MessageCase, Provider, Stage } from '#lab/providers/rule';
import { evaluate, type TraceEntry, type Verdict } from '#lab/providers/rules/evaluate';
import { fillReply, whyUrl, type ReplyValues } from '#lab/providers/rules/fill-reply';
import type { Counted } from '#lab/providers/senders/counts';
import { DayTally } from '#lab/providers/senders/day-tally';
import type { Memory } from '#lab/providers/senders/memory';
import { networkGroup } from '#mail/abuse/address-groups';
import type { Accepted } from '#mail/receive/accept';
import type { Arrival } from '#mail/receive/arrival/arrival';
import type { Client, Envelope } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import type { RecipientOutcome } from '#mail/receive/recipient';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import type { SmtpServices, Told } from '#servers/smtp/settings';
import type { Pool } from '#store/database/open';
import { keepTrace, trimProviderMail } from '#store/lab/provider-mail';
import { countedOf } from './counted-of.ts';
import { keepCopies } from './keep-copies.ts';
import { clientFacts, messageFacts } from './read-facts.ts';
import { personAt, readersOf, type Reader } from './readers.ts';

/** What happened to a message that was taken: told to those who send reports and answers. */
export interface Taken {
  readonly provider: Provider;
  readonly arrival: Arrival;
  readonly client: ClientFacts;
  readonly message: MessageFacts;
  readonly identity: Identity | undefined;
  readonly folder: 'inbox' | 'spam';
  readonly readers: readonly Reader[];
}

export interface Judged {
  readonly provider: Provider;
  readonly client: ClientFacts;
  readonly message: MessageFacts;
  /** Undefined: it was taken. */
  readonly refused: Told | undefined;
  readonly folder: 'inbox' | 'spam' | undefined;
}

export interface ReceptionContext {
  readonly provider: Provider;
  readonly memory: Memory;
  readonly pool: Pool;
  readonly log: Log;
  readonly now: () => number;
  readonly seed: number;
  /** Whether replies say where to read about them. */
  readonly explains: () => boolean;
  readonly judged: (judged: Judged) => void;
  readonly taken: (taken: Taken) => void;
  /** Told of what a block list would want to know. */
  readonly offended: (offence: ProviderOffence) => void;
}

export interface ProviderOffence {
  readonly address: string;
  readonly kind: OffenceKind;
  /** What a block list tells of it: enough to find the mail, not the trap. */
  readonly detail: string;
}

export type Doors = Required<Pick<SmtpServices, 'admit' | 'judgeRecipient' | 'accept'>>;

/** A transaction under way. */
interface Pending {
  readonly client: ClientFacts;
  readonly trace: TraceEntry[];
  /** Recipients that were taken. */
  recipients: number;
}

/** Every so many messages the oldest go. */
const TRIM_EVERY = 100;

export class Reception implements Doors {
  readonly #context: ReceptionContext;
  readonly #pending = new WeakMap<Envelope, Pending>();
  /** What each person got today: in all, and of each sender. */
  readonly #got: DayTally;
  /** Copies that were taken today, by netblock. */
  readonly #taken: DayTally;
  #untrimmed = 0;

  constructor(context: ReceptionContext) {
    this.#context = context;
    this.#got = new DayTally(context.now);
    this.#taken = new DayTally(context.now);
  }

  admit = async (
    client: Client,
    envelope: Envelope,
    inquiry: Inquiry,
  ): Promise<Told | undefined> => {
    const facts = clientFacts(client, envelope, await inquiry.facts());
    const pending: Pending = { client: facts, trace: [], recipients: 0 };
    this.#pending.set(envelope, pending);
    for (const stage of ['connect', 'tls'] as const) {
      const given = { client: facts, address: this.#address(facts) };
      const verdict = this.#ask(stage, given, pending);
      if (verdict.kind !== 'refuse') continue;
      const told = this.#tell(verdict, envelope, pending);
      this.#countRefusal(facts.ip, told);
      await this.#keep(envelope, pending, told);
      return told;
    }
    return undefined;
  };

  judgeRecipient: Doors['judgeRecipient'] = (mailbox, _size, _bouncing, envelope) => {
    const { provider } = this.#context;
    if (mailbox.domain !== provider.domain && mailbox.domain !== '') return { kind: 'not-here' };
    return this.#judgeRecipient(mailbox, envelope);
  };

  accept = async (arrival: Arrival): Promise<Accepted | Told> => {
    const { envelope, content, recipients } = arrival;
    const facts = await arrival.inquiry.facts();
    const pending = this.#pending.get(envelope)!;
    const { client } = pending;
    const message = messageFacts(content, facts);
    const identity = identityOf(client, message);
    const name = primaryDomain(identity?.domain || message.authorDomain || client.spfDomain);
    // from here to the counts nothing is awaited
    const refusal = this.#decide(pending, { client, message, identity, name }, recipients.length);
    const given = { client, message, identity };
    if (refusal.kind === 'refuse') {
      const told = this.#tell(refusal, envelope, pending, { message, identity });
      this.#countMessage(given, name, told);
      if (refusal.rule.stage === 'rate') this.#press(client.ip, name, arrival);
      if (refusal.rule.when.key === 'refused-by-author' && isSpoof(client, message)) {
        const detail = `as ${message.authorDomain}, by ${client.spfDomain}, to ${this.#context.provider.domain}`;
        this.#context.offended({ address: client.ip, kind: 'spoof', detail });
      }
      this.#context.judged({
        ...given,
        provider: this.#context.provider,
        refused: told,
        folder: undefined,
      });
      await this.#keep(envelope, pending, told, message);
      return told;
    }
    const folder = refusal.kind === 'spam' ? 'spam' : 'inbox';
    const readers = readersOf(
      { ...this.#context, tally: this.#got },
      arrival,
      message,
      name,
      folder,
    );
    this.#countMessage(given, name, undefined, folder, readers);
    const { provider, pool, now } = this.#context;
    await Promise.all([
      keepCopies(pool, { provider, arrival, facts, folder, readers, now: now() }),
      this.#keep(envelope, pending, undefined, message, folder),
    ]);
    this.#context.judged({ ...given, provider, refused: undefined, folder });
    this.#context.taken({ ...given, provider, arrival, folder, readers });
    return { kind: 'stored' };
  };

  async #judgeRecipient(mailbox: Mailbox, envelope: Envelope): Promise<RecipientOutcome | Told> {
    const pending = this.#pending.get(envelope)!;
    const { client } = pending;
    const to = formatMailbox(mailbox);
    const person = personAt(this.#context.provider, mailbox.localPart);
    const got = this.#got.count(`got ${person?.name ?? ''}`);
    const given = {
      client,
      address: this.#address(client),
      to,
      person,
      got,
      taken: pending.recipients,
    };
    const verdict = this.#ask('rcpt', given, pending, to);
    if (verdict.kind !== 'refuse') {
      this.#got.add(`got ${person!.name}`);
      pending.recipients += 1;
      return { kind: 'accepted', expansion: NOWHERE };
    }
    const told = this.#tell(verdict, envelope, pending, { to });
    const unknown = verdict.rule.when.key === 'unknown-mailbox' ? 1 : 0;
    if (unknown > 0) {
      const detail = `nobody of that name at ${this.#context.provider.domain}`;
      this.#context.offended({ address: client.ip, kind: 'unknown-user', detail });
    }
    this.#countRefusal(client.ip, told, { unknown });
    await this.#keep(envelope, pending, told);
    return told;
  }

  #decide(
    pending: Pending,
    {
      name,
      ...given
    }: Omit<MessageCase, 'address' | 'domain' | 'netblock'> & { readonly name: string },
    copies: number,
  ): Verdict {
    const { memory, provider } = this.#context;
    const block = networkGroup(given.client.ip);
    const whole = {
      ...given,
      address: this.#address(given.client),
      domain: memory.sender(provider.name, 'domain', name),
      netblock: { name: block, accepted: this.#taken.count(block) },
    };
    let verdict: Verdict = { kind: 'none' };
    for (const stage of ['data', 'rate', 'after'] as const) {
      verdict = this.#ask(stage, whole, pending);
      if (verdict.kind !== 'none') break;
    }
    if (verdict.kind !== 'refuse') {
      this.#countBoth(given.client.ip, name, { accepted: copies });
      this.#taken.add(block, copies);
    }
    return verdict;
  }

  #ask<At extends Stage>(stage: At, given: Cases[At], pending: Pending, to?: string): Verdict {
    const { provider, memory, now } = this.#context;
    const marks = memory.marksOf(provider.name);
    const evaluated = evaluate(provider.rules, stage, given, now(), marks);
    memory.mark(provider.name, evaluated.marked, evaluated.cleared);
    const entries = evaluated.trace.map((entry) => (to === undefined ? entry : { ...entry, to }));
    if (pending.trace.length < MOST_ENTRIES) pending.trace.push(...entries);
    return evaluated.verdict;
  }

  #tell(
    { rule, reply }: Extract<Verdict, { kind: 'refuse' }>,
    envelope: Envelope,
    { client }: Pending,
    {
      to = '',
      message,
      identity,
    }: { to?: string; message?: MessageFacts; identity?: Identity | undefined } = {},
  ): Told {
    const { provider, explains } = this.#context;
    const values: ReplyValues = {
      ip: client.ip,
      netblock: networkGroup(client.ip),
      name: client.name ?? 'none',
      ehlo: client.ehlo,
      spf: client.spfDomain || 'none',
      dkim: identity?.by === 'dkim' ? identity.domain : 'none',
      from: message?.authorDomain || 'none',
      to,
    };
    const why = explains() ? whyUrl(envelope.messageId) : undefined;
    return fillReply(reply, `${provider.name}.${rule.id}`, values, why, provider.signature);
  }

  #address(client: ClientFacts) {
    const { memory, provider } = this.#context;
    return memory.sender(provider.name, 'ip', client.ip);
  }

  #countRefusal(ip: string, told: Told, more: Counted = {}): void {
    const { memory, provider } = this.#context;
    const counted = told.code < 500 ? { deferred: 1, ...more } : { rejected: 1, ...more };
    memory.count(provider.name, 'ip', ip, counted, `${told.code} ${told.enhanced}`);
  }

  #countBoth(ip: string, name: string, counted: Counted, code?: string): void {
    const { memory, provider } = this.#context;
    memory.count(provider.name, 'ip', ip, counted, code);
    if (name !== '') memory.count(provider.name, 'domain', name, counted, code);
  }

  #countMessage(
    { client, message }: { readonly client: ClientFacts; readonly message: MessageFacts },
    name: string,
    told: Told | undefined,
    folder?: 'inbox' | 'spam',
    readers: readonly Reader[] = [],
  ): void {
    const counted = countedOf({ client, message }, told, folder, readers);
    this.#countBoth(client.ip, name, counted, told && `${told.code} ${told.enhanced}`);
  }

  /** The same message that comes again is no more mail: it is known by its octets. */
  #press(ip: string, name: string, { content, recipients }: Arrival): void {
    const { memory, provider } = this.#context;
    const id = Buffer.from(content.blob.sha256).toString('base64');
    const first = recipients[0] ? formatMailbox(recipients[0].mailbox) : '';
    memory.press(provider.name, 'ip', ip, `${id} ${first}`);
    if (name !== '') memory.press(provider.name, 'domain', name, `${id} ${first}`);
  }

  async #keep(
    envelope: Envelope,
    { client, trace }: Pending,
    told: Told | undefined,
    message?: MessageFacts,
    folder?: 'inbox' | 'spam',
  ): Promise<void> {
    const { pool, provider, now } = this.#context;
    await keepTrace(pool, {
      id: envelope.messageId,
      provider: provider.name,
      at: now(),
      reversePath: client.reversePath,
      code: told?.code ?? 250,
      enhanced: told?.enhanced ?? null,
      verdict: told?.reason ?? folder ?? '',
      facts: JSON.parse(JSON.stringify({ client, message })) as never,
      trace,
    });
    if (++this.#untrimmed < TRIM_EVERY) return;
    this.#untrimmed = 0;
    await trimProviderMail(pool, provider.name);
  }
}

/** Whose own domain vouches for the envelope, while another stands in From: a mistake in one's own records is no spoof. */
function isSpoof({ spf, spfDomain }: ClientFacts, { authorDomain }: MessageFacts): boolean {
  return spf === 'pass' && primaryDomain(spfDomain) !== primaryDomain(authorDomain);
}

/** A recipient whose mail the party keeps in its own way. */
export const NOWHERE = { tenantId: '1', accounts: [], external: [], steps: [], problems: [] };
/** Of one message: a hundred recipients with all their rules. */
const MOST_ENTRIES = 1000;

/** All subdomains count as their domain, as at Google: below `.test` the last two labels. */
export function primaryDomain(name: string): string {
  return name.toLowerCase().split('.').slice(-2).join('.');
}
