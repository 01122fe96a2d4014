/**
 * Everything that the learner may change in the DNS, at the three places where it is changed: zones at the hosting company, delegations at the
 * registry, reverse names at the provider of addresses. Each change is kept before it holds, and read again at the next start.
 */
import type { Clock } from '#clock';
import type { LabHost } from '#lab/addresses';
import type { DnsFact } from '#store/lab/dns';
import type { FactKind, Facts } from './facts.ts';
import { Hosting } from './hosting.ts';
import type { HostedContent, KeptContent } from './hosting.ts';
import { HOSTERS, LEARNERS_DOMAIN, genericName } from './infrastructure.ts';
import type { AddressOf } from './infrastructure.ts';
import type { Changed } from './outcome.ts';
import { registryBook, reverseBook } from './registry.ts';
import type { PublishedBook } from './registry.ts';
import type { Delegation, OwnKeys } from './zones.ts';

/** A domain at the hosting company, as a new one is. */
export const AT_HOSTERS: Delegation = { ns: HOSTERS, glue: {}, ds: [] };
/** Longer than any publication and any cache takes. Milliseconds. */
const LONG_AGO = 30 * 24 * 60 * 60 * 1000;
const EMPTY_ZONE: HostedContent = { records: [], keys: [] };

export type ChangedPlace = Exclude<FactKind, 'key'>;

export class Books {
  readonly hosting = new Hosting();
  readonly registry: PublishedBook<Delegation>;
  readonly reverse: PublishedBook<string | null>;
  readonly facts: Facts;
  readonly clock: Clock;
  readonly addressOf: AddressOf;
  readonly #last = new Map<string, Changed>();

  constructor(facts: Facts, clock: Clock, addressOf: AddressOf, keys: OwnKeys) {
    this.facts = facts;
    this.clock = clock;
    this.addressOf = addressOf;
    this.registry = registryBook(addressOf, keys.tld);
    this.reverse = reverseBook(keys.reverse);
  }

  /** What the learner has from the start, then what they changed. */
  open(known: readonly DnsFact[]): void {
    for (const domain of this.registry.learners.keys()) this.hosting.remove(domain);
    const own = this.addressOf('mail.example.test' satisfies LabHost);
    this.registry.begin(new Map([[LEARNERS_DOMAIN, AT_HOSTERS]]));
    this.reverse.begin(new Map([[own, genericName(own)]]));
    const first = known.find(({ kind, name }) => kind === 'zone' && name === LEARNERS_DOMAIN);
    const begun = first?.changedAt.getTime() ?? this.clock.now();
    this.hosting.found(LEARNERS_DOMAIN, EMPTY_ZONE, begun);
    for (const fact of known) this.#apply(fact, fact.changedAt.getTime());
  }

  /** Forgets everything that the learner changed. */
  reset(): Promise<void> {
    return this.facts.inTurn(async () => {
      await this.facts.forgetLearner();
      this.#last.clear();
      this.open([]);
    });
  }

  #apply({ kind, name, value }: DnsFact, at: number): void {
    // null: given up
    if (kind === 'zone' && value === null) this.hosting.remove(name);
    else if (kind === 'zone') this.hosting.put(name, value as KeptContent, at);
    if (kind === 'delegation')
      this.registry.set(name, (value as Delegation | null) ?? undefined, at);
    if (kind === 'pointer') this.reverse.set(name, value as string | null, at);
  }

  /**
   * The learner's first domain and address as somebody set them up long ago, so that nobody has to wait for it to be seen. Nothing happens
   * where the learner changed the zone before.
   */
  foundLearner(content: HostedContent, pointer: string): Promise<boolean> {
    return this.facts.inTurn(async () => {
      const known = await this.facts.read();
      if (known.some(({ kind, name }) => kind === 'zone' && name === LEARNERS_DOMAIN)) return false;
      const own = this.addressOf('mail.example.test' satisfies LabHost);
      await this.#keepZone(LEARNERS_DOMAIN, content, LONG_AGO);
      if (known.some(({ kind, name }) => kind === 'pointer' && name === own)) return true;
      const at = await this.facts.write('pointer', own, pointer, LONG_AGO);
      this.reverse.set(own, pointer, at);
      return true;
    });
  }

  /** Remembers a change for who looks where it has got to; one of each place and name. */
  note(place: ChangedPlace, change: Changed): Changed {
    this.#last.set(`${place} ${change.name}`, change);
    return change;
  }

  lastChange(place: ChangedPlace, name: string): Changed | undefined {
    return this.#last.get(`${place} ${name}`);
  }

  /** Within a turn. Answers when it was changed and when both servers serve it. */
  putZone(zone: string, content: HostedContent): Promise<{ at: number; byAll: number }> {
    return this.#keepZone(zone, content, 0);
  }

  /** With its serial: that depends on changes before it, of which a restart may know nothing. */
  async #keepZone(
    zone: string,
    content: HostedContent,
    ago: number,
  ): Promise<{ at: number; byAll: number }> {
    const serial = this.hosting.nextSerial(zone, this.clock.now() - ago);
    const kept: KeptContent = { ...content, serial };
    const at = await this.facts.write('zone', zone, kept, ago);
    return { at, byAll: this.hosting.put(zone, kept, at) };
  }

  /** Within a turn: both servers serve it no more. */
  async dropZone(zone: string): Promise<void> {
    await this.facts.write('zone', zone, null);
    this.hosting.remove(zone);
  }

  /** @param fact null: the domain is given up */
  async putDelegation(
    domain: string,
    fact: Delegation | null,
  ): Promise<{ at: number; byAll: number }> {
    const at = await this.facts.write('delegation', domain, fact);
    return { at, byAll: this.registry.set(domain, fact ?? undefined, at) };
  }

  async putPointer(ip: string, name: string | null): Promise<{ at: number; byAll: number }> {
    const at = await this.facts.write('pointer', ip, name);
    return { at, byAll: this.reverse.set(ip, name, at) };
  }
}
