/** The zones of the RFC 7208 suite as a resolver (spf-rfc7208/SOURCE.md says how they are written). */
import type {
  DnsAnswer,
  DnsFailure,
  RecordData,
  RecordType,
  Resolver,
} from '#protocol/dns/resolver';

export type ZoneEntry = 'TIMEOUT' | Readonly<Record<string, unknown>>;
export type ZoneData = Readonly<Record<string, readonly ZoneEntry[]>>;

/** What resolvers follow (resolver.ts). */
const MAX_ALIASES = 8;

const ORIGIN = { authenticated: false, server: 'suite', elapsed: 0, cached: false } as const;

export function suiteResolver(zonedata: ZoneData): Resolver {
  const zone = new Map(Object.entries(zonedata).map(([name, list]) => [canonical(name), list]));
  return {
    resolve<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
      return Promise.resolve(answer(zone, name, type));
    },
  };
}

function answer<T extends RecordType>(
  zone: ReadonlyMap<string, readonly ZoneEntry[]>,
  name: string,
  type: T,
): DnsAnswer<T> {
  const aliases: string[] = [];
  let at = canonical(name);
  for (;;) {
    const entries = zone.get(at);
    const origin = { ...ORIGIN, aliases, canonicalName: at, ttl: 0 };
    if (entries === undefined) return { kind: 'nxdomain', ...origin };
    const records = recordsOf(entries, type);
    if (records.length > 0) return { kind: 'records', records, ...origin };
    if (entries.includes('TIMEOUT')) return failure('timeout');
    const [alias] = valuesOf(entries, 'CNAME');
    if (typeof alias !== 'string') return { kind: 'no-data', ...origin };
    at = canonical(alias);
    aliases.push(at);
    if (aliases.length > MAX_ALIASES) return failure('cname-loop');
  }
}

function recordsOf<T extends RecordType>(
  entries: readonly ZoneEntry[],
  type: T,
): RecordData[T][] {
  const own = valuesOf(entries, type);
  // {SPF: x} stands for TXT too, unless there is a TXT beside it
  const values = type === 'TXT' && own.length === 0 ? valuesOf(entries, 'SPF') : own;
  return values.filter((value) => value !== 'NONE').map((value) => READERS[type]?.(value)) as never;
}

function valuesOf(entries: readonly ZoneEntry[], type: string): unknown[] {
  return entries.flatMap((entry) =>
    entry !== 'TIMEOUT' && Object.hasOwn(entry, type) ? [entry[type]] : [],
  );
}

const READERS: Readonly<Partial<Record<RecordType, (value: unknown) => unknown>>> = {
  A: String,
  AAAA: String,
  PTR: (value) => canonical(String(value)),
  TXT: (value) => (Array.isArray(value) ? value.map(String) : [String(value)]),
  MX: (value) => {
    const [preference, exchange] = value as [number, string];
    return { preference, exchange: canonical(exchange) || '.' };
  },
};

function failure(cause: DnsFailure['cause']): DnsFailure {
  return { kind: 'failure', cause, text: `${cause}, as the suite says` };
}

function canonical(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}
