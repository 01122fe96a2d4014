/**
 * DNS by declaration: a resolver whose every answer stands in the test, and which records every question.
 *
 *     const zone = declaredZone({
 *       'example.test': { MX: ['10 mx1.example.test', '20 mx2.example.test'], TXT: 'v=spf1 mx -all' },
 *       'mx1.example.test': { A: '192.0.2.1', AAAA: '2001:db8::1', authenticated: true, ttl: 60 },
 *       'alias.test': { CNAME: 'example.test' },
 *       '*.many.test': { A: '192.0.2.7' },
 *       'broken.test': { fault: 'servfail' },
 *       'half.test': { MX: { fault: 'timeout' }, A: '192.0.2.2' },
 *     });
 *
 * Values are written as in a zone file, without quotes; TXT is one string (cut into parts of 255 octets where it is
 * longer), or a list of records, each a string or the list of its character-strings. A name that is not declared and
 * has no declared name below it does not exist. `declared-zone-server.ts` serves the same zone over UDP and TCP.
 */
import type {
  AnswerOrigin,
  DnsAnswer,
  RecordData,
  RecordType,
  ResolveOptions,
  Resolver,
} from '#protocol/dns/resolver';
import { normaliseName } from '#clients/dns/name';
import { parseRecordText } from './record-text.ts';

export type Fault = 'servfail' | 'refused' | 'timeout' | 'malformed' | 'network' | 'nxdomain';
export type DeclaredValue =
  | string
  | readonly (string | readonly string[])[]
  | { readonly fault: Fault };

export type DeclaredName = { readonly [T in RecordType]?: DeclaredValue } & {
  /** Seconds; 300 unless told. */
  readonly ttl?: number;
  /** The AD bit. */
  readonly authenticated?: boolean;
  /** What happens to every question about the name. */
  readonly fault?: Fault;
};

export interface ZoneQuery {
  readonly name: string;
  readonly type: RecordType;
}

export interface FoundAlias {
  readonly name: string;
  readonly target: string;
  readonly ttl: number;
}

/** What the zone holds for a question: `records` are of the name after the last alias. */
export interface Found {
  readonly kind: 'records' | 'no-data' | 'nxdomain';
  readonly aliases: readonly FoundAlias[];
  readonly canonicalName: string;
  readonly records: readonly RecordData[RecordType][];
  readonly ttl: number;
  readonly authenticated: boolean;
}

/** What a resolver follows; the zone itself follows twice as many, for clients that count on their own. */
const MAX_ALIASES = 8;
const TTL = 300;

export function declaredZone(names: Readonly<Record<string, DeclaredName>>): DeclaredZone {
  return new DeclaredZone(names);
}

export class DeclaredZone implements Resolver {
  /** Every question in order. */
  readonly queries: ZoneQuery[] = [];
  /** Seconds that negative answers hold (the minimum field of the zone's SOA). */
  negativeTtl = TTL;
  readonly #names = new Map<string, DeclaredName>();
  #waiting: (() => void)[] = [];

  constructor(names: Readonly<Record<string, DeclaredName>>) {
    for (const [name, declared] of Object.entries(names)) this.declare(name, declared);
  }

  /** Adds a name or replaces what was declared for it. */
  declare(name: string, declared: DeclaredName): void {
    const normal = normaliseName(name);
    if (normal === undefined) throw new Error(`not a domain name: ${name}`);
    this.#names.set(normal, declared);
  }

  withdraw(name: string): void {
    this.#names.delete(normaliseName(name) ?? name);
  }

  /** Resolves once this was asked, as `TYPE name`. */
  async question(wanted: string): Promise<void> {
    while (!this.asked().includes(wanted))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The questions as `TYPE name`, for comparing. */
  asked(): string[] {
    return this.queries.map(({ name, type }) => `${type} ${name}`);
  }

  resolve<T extends RecordType>(
    name: string,
    type: T,
    options: ResolveOptions = {},
  ): Promise<DnsAnswer<T>> {
    return Promise.resolve(this.#answer(name, type, options) as DnsAnswer<T>);
  }

  #answer(name: string, type: RecordType, options: ResolveOptions): DnsAnswer {
    const normal = normaliseName(name);
    if (normal === undefined) return failure('bad-name', `${name} is no domain name.`);
    if (options.signal?.aborted) return failure('aborted', 'given up');
    this.queries.push({ name: normal, type });
    for (const wake of this.#waiting.splice(0)) wake();
    const found = this.find(normal, type);
    if ('fault' in found)
      return failure(found.fault, `${type} of ${normal}: declared ${found.fault}.`);
    if (found.aliases.length > MAX_ALIASES)
      return failure('cname-loop', `${name}: too many aliases.`);
    const origin: AnswerOrigin = {
      authenticated: found.authenticated,
      aliases: found.aliases.map(({ target }) => target),
      canonicalName: found.canonicalName,
      server: 'declared-zone',
      elapsed: 0,
      cached: false,
    };
    return found.kind === 'records'
      ? { kind: 'records', records: found.records, ttl: found.ttl, ...origin }
      : { kind: found.kind, ttl: found.ttl, ...origin };
  }

  /** What the zone holds, with aliases followed; asks and records nothing. */
  find(
    name: string,
    type: RecordType,
  ): Found | { readonly fault: Exclude<Fault, 'nxdomain'> | 'cname-loop' } {
    const aliases: FoundAlias[] = [];
    let authenticated = true;
    let at = name;
    for (;;) {
      const declared = this.#declared(at);
      const value = declared?.[type];
      const fault = declared?.fault ?? (isFault(value) ? value.fault : undefined);
      if (fault !== undefined && fault !== 'nxdomain') return { fault };
      authenticated &&= declared?.authenticated ?? false;
      const ttl = declared?.ttl ?? TTL;
      const base = { aliases, canonicalName: at, authenticated };
      if (declared === undefined || fault === 'nxdomain') {
        const kind = declared === undefined && this.#hasNamesBelow(at) ? 'no-data' : 'nxdomain';
        return { kind, records: [], ttl: this.negativeTtl, ...base };
      }
      if (value !== undefined && !isFault(value)) {
        const texts = typeof value === 'string' ? [value] : value;
        const records = texts.map((text) => parseRecordText(type, text));
        const least = aliases.reduce((min, alias) => Math.min(min, alias.ttl), ttl);
        return { kind: 'records', records, ttl: least, ...base };
      }
      if (typeof declared.CNAME !== 'string' || type === 'CNAME') {
        return { kind: 'no-data', records: [], ttl: this.negativeTtl, ...base };
      }
      const target = parseRecordText('CNAME', declared.CNAME);
      aliases.push({ name: at, target, ttl });
      if (aliases.length > 2 * MAX_ALIASES) return { fault: 'cname-loop' };
      at = target;
    }
  }

  #declared(name: string): DeclaredName | undefined {
    const exact = this.#names.get(name);
    if (exact !== undefined) return exact;
    // RFC 4592: the wildcard at the closest ancestor.
    const dot = name.indexOf('.');
    for (let at = dot; at !== -1; at = name.indexOf('.', at + 1)) {
      const wildcard = this.#names.get(`*${name.slice(at)}`);
      if (wildcard !== undefined) return wildcard;
    }
    return undefined;
  }

  #hasNamesBelow(name: string): boolean {
    return [...this.#names.keys()].some((declared) => declared.endsWith(`.${name}`));
  }
}

function isFault(value: DeclaredValue | undefined): value is { readonly fault: Fault } {
  return typeof value === 'object' && 'fault' in value;
}

function failure(cause: Extract<DnsAnswer, { kind: 'failure' }>['cause'], text: string): DnsAnswer {
  return { kind: 'failure', cause, text };
}
