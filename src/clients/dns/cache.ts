/**
 * What the stub resolver remembers: answers for as long as their TTL says, by the calendar clock, negative
 * ones by the SOA record of their zone (RFC 2308), failures for a few seconds (RFC 9520). Bounded in number and in
 * octets: the entries that were not used for the longest time leave first.
 */
import type { DnsAnswer, FailureCause, RecordData, RecordType } from '#protocol/dns/resolver';

/** Seconds. Longer TTLs are cut: a wrong record that its owner has corrected should be gone in a day. */
const MAX_TTL = 86_400;
/** Seconds; RFC 2308 §5 has found one to three hours to work well. */
const MAX_NEGATIVE_TTL = 3_600;
/** Seconds; RFC 9520 §3.2 asks for one at least and says that five are a fair start. */
const FAILURE_TTL = 5;

interface Entry {
  readonly answer: DnsAnswer;
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly octets: number;
}

export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;
  readonly #octetCapacity: number;
  readonly #now: () => number;
  #octets = 0;

  /** `now` is the calendar clock in milliseconds; a capacity of 0 remembers nothing. */
  constructor(capacity: number, octetCapacity: number, now: () => number) {
    this.#capacity = capacity;
    this.#octetCapacity = octetCapacity;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** About how much memory the answers take. */
  get octets(): number {
    return this.#octets;
  }

  /** The remembered answer with the seconds that are left of it, or undefined. */
  get<T extends RecordType>(name: string, type: T): DnsAnswer<T> | undefined {
    // RFC 2308 §5: that a name does not exist holds for every type.
    return (this.#read(key(name, type)) ?? this.#read(key(name, ANY))) as DnsAnswer<T> | undefined;
  }

  put(name: string, type: RecordType, answer: DnsAnswer): void {
    const ttl = lifetime(answer);
    if (ttl <= 0 || this.#capacity === 0) return;
    const storedAt = this.#now();
    // Behind an alias it is the alias's target that does not exist, and the name still has its CNAME record.
    const everyType = answer.kind === 'nxdomain' && answer.aliases.length === 0;
    const at = key(name, everyType ? ANY : type);
    this.#forget(at);
    const octets = ENTRY_OCTETS + at.length + octetsOf(answer);
    this.#entries.set(at, { answer, storedAt, expiresAt: storedAt + ttl * 1000, octets });
    this.#octets += octets;
    while (this.#entries.size > this.#capacity || this.#octets > this.#octetCapacity) {
      this.#forget(this.#entries.keys().next().value!);
    }
  }

  #forget(at: string): void {
    this.#octets -= this.#entries.get(at)?.octets ?? 0;
    this.#entries.delete(at);
  }

  #read(at: string): DnsAnswer | undefined {
    const entry = this.#entries.get(at);
    if (entry === undefined) return undefined;
    const now = this.#now();
    // A calendar that was set back would stretch the TTL.
    if (now >= entry.expiresAt || now < entry.storedAt) {
      this.#forget(at);
      return undefined;
    }
    this.#entries.delete(at);
    this.#entries.set(at, entry);
    if (entry.answer.kind === 'failure') return entry.answer;
    return { ...entry.answer, ttl: Math.ceil((entry.expiresAt - now) / 1000), cached: true };
  }
}

const ANY = '*';

function key(name: string, type: RecordType | typeof ANY): string {
  return `${type} ${name}`;
}

/** What V8 takes for an entry, its answer's object and a record, whatever stands in them. */
const ENTRY_OCTETS = 400;
const RECORD_OCTETS = 100;

function octetsOf(answer: DnsAnswer): number {
  if (answer.kind === 'failure') return answer.text.length;
  const names = answer.aliases.reduce((sum, alias) => sum + alias.length, 0);
  if (answer.kind !== 'records') return names;
  return answer.records.reduce((sum, data) => sum + RECORD_OCTETS + octetsOfData(data), names);
}

function octetsOfData(data: RecordData[RecordType]): number {
  if (typeof data === 'string') return data.length;
  return Object.values(data).reduce<number>((sum, value: unknown) => {
    const sized = typeof value === 'string' || value instanceof Uint8Array;
    return sum + 20 + (sized ? value.length : 0);
  }, 0);
}

function lifetime(answer: DnsAnswer): number {
  if (answer.kind === 'records') return Math.min(answer.ttl, MAX_TTL);
  if (answer.kind !== 'failure') return Math.min(answer.ttl, MAX_NEGATIVE_TTL);
  return ABOUT_THE_CALLER.has(answer.cause) ? 0 : FAILURE_TTL;
}

/** Failures that say nothing about the name or its servers. */
const ABOUT_THE_CALLER: ReadonlySet<FailureCause> = new Set(['aborted', 'overload', 'bad-name']);
