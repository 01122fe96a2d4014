/**
 * The registry of `test`: who has which domain, with which name servers and DS records. It publishes its zone in rounds, so that what was
 * changed is seen later. The reverse tree is published in the same way by who gives addresses out.
 */
import type { KeptKey } from './dnssec/key.ts';
import type { AddressOf } from './infrastructure.ts';
import { Published, nextRound, ROUNDS } from './publication.ts';
import type { Zone } from './zone/zone.ts';
import { reverseZone, serialAfter, tldZone } from './zones.ts';
import type { Delegation } from './zones.ts';

/**
 * Facts of two owners that come to one zone: those of the houses, which were always there, and those of the learner, which are published
 * in rounds.
 */
export class PublishedBook<T> {
  readonly #houses = new Map<string, T>();
  readonly #period: number;
  readonly #build: (facts: ReadonlyMap<string, T>, serial: number) => Zone;
  #learner = new Published<ReadonlyMap<string, T>>(new Map());
  #built:
    | { readonly from: ReadonlyMap<string, T>; readonly zone: Zone; serial: number }
    | undefined;

  constructor(period: number, build: (facts: ReadonlyMap<string, T>, serial: number) => Zone) {
    this.#period = period;
    this.#build = build;
  }

  /** Of a house: seen at once. Undefined: taken away. */
  found(name: string, fact: T | undefined): void {
    if (fact === undefined) this.#houses.delete(name);
    else this.#houses.set(name, fact);
    if (this.#built !== undefined) this.#built = { ...this.#built, from: new Map() };
  }

  isHouse(name: string): boolean {
    return this.#houses.has(name);
  }

  /** The newest of the learner's, published or not. */
  get learners(): ReadonlyMap<string, T> {
    return this.#learner.newest;
  }

  /** Of the learner. Answers from when on it is seen. */
  set(name: string, fact: T | undefined, now: number): number {
    const from = nextRound(now, this.#period);
    const facts = new Map(this.#learner.newest);
    if (fact === undefined) facts.delete(name);
    else facts.set(name, fact);
    this.#learner.set(facts, from, now);
    return from;
  }

  /** What the learner has from the start, and nothing else. */
  begin(facts: ReadonlyMap<string, T>): void {
    this.#learner = new Published(facts);
  }

  zoneAt(now: number): Zone {
    const from = this.#learner.at(now);
    if (this.#built?.from === from) return this.#built.zone;
    const serial = serialAfter(this.#built?.serial, now);
    // A learner's fact comes before that of a house: their own address has a generic name until they give it one.
    const zone = this.#build(new Map([...this.#houses, ...from]), serial);
    this.#built = { from, zone, serial };
    return zone;
  }
}

export function registryBook(addressOf: AddressOf, key: KeptKey): PublishedBook<Delegation> {
  return new PublishedBook(ROUNDS.registry, (facts, serial) =>
    tldZone(facts, addressOf, key, serial),
  );
}

/** Address → name; an address whose name was taken away has none. */
export function reverseBook(key: KeptKey): PublishedBook<string | null> {
  return new PublishedBook(ROUNDS.reverse, (facts, serial) => {
    const named = [...facts].filter((fact): fact is [string, string] => fact[1] !== null);
    return reverseZone(new Map(named), key, serial);
  });
}
