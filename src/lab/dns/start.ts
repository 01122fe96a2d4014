/** The DNS of the practice Internet, put together: its hosts on their sockets, and what their owners may change. */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { LabHost } from '#lab/addresses';
import type { Pool } from '#store/database/open';
import { answerQuery } from './authority.ts';
import type { DynamicZone, ServedZone } from './authority.ts';
import { AT_HOSTERS, Books } from './books.ts';
import type { ChangedPlace } from './books.ts';
import { typeCode } from './wire/record-types.ts';
import { listCache } from './cache-list.ts';
import type { CachedRow } from './cache-list.ts';
import { dsOf } from './dnssec/key.ts';
import { Facts } from './facts.ts';
import { Faults } from './faults.ts';
import { openHost } from './hosts.ts';
import type { HostDuties } from './hosts.ts';
import {
  address,
  HOSTERS,
  LEARNERS_DOMAIN,
  nameServers,
  ownPointers,
  ownZones,
  REGISTRY_HOST,
  REVERSE,
  ROOT_HOST,
  TLD,
  TTL,
} from './infrastructure.ts';
import { Isp } from './isp.ts';
import type { Changed } from './outcome.ts';
import { Panel } from './panel.ts';
import { Questions } from './questions.ts';
import { mustRead, plainRecord } from './records.ts';
import type { ZoneRecord } from './records.ts';
import { answerClient } from './recursor/answer.ts';
import { Recursor } from './recursor/recursor.ts';
import { Registrar } from './registrar.ts';
import { isWithin, parseName } from './wire/name.ts';
import { formatRdata } from './wire/rdata.ts';
import { TYPE } from './wire/record-types.ts';
import { parseZone } from './zone/parse-zone.ts';
import { buildZone } from './zone/zone.ts';
import { keyOf, rootZone, serialAt, soaSet } from './zones.ts';
import type { DnsFact } from '#store/lab/dns';

/** What the DNS needs of the ground that all parts stand on. */
export interface DnsGround {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly network: {
    addressOf(host: LabHost): string;
    localPort(port: number): number;
  };
}

/** The zone of someone who has been on the practice Internet for ever: a provider. */
export interface HostedParty {
  readonly zone: string;
  readonly records: readonly ZoneRecord[];
  /** Reverse names: address → name. */
  readonly pointers?: Readonly<Record<string, string>>;
  /** Signed, with its DS at the registry. */
  readonly signed?: boolean;
}

export interface LabDnsOptions {
  readonly ground: DnsGround;
  readonly hostRecords: readonly HostedParty[];
  /** Of the resolver with name servers. */
  readonly patience?: readonly number[] | undefined;
}

export interface LabDns extends AsyncDisposable {
  /** Where the recursive resolver listens. */
  readonly resolver: { readonly address: string; readonly port: number };
  /** The root's key, for outside programs that check signatures themselves: data in the presentation form. */
  readonly trustAnchor: { readonly ds: string; readonly dnskey: string };
  readonly registrar: Registrar;
  readonly panel: Panel;
  readonly isp: Isp;
  /** The last change of a name at one of the three places since the start. */
  lastChange(place: ChangedPlace, name: string): Changed | undefined;
  readonly questions: Questions;
  readonly faults: Faults;
  readonly cache: {
    list(): CachedRow[];
    /** What the authorities say of these types of a name now: as one that remembers nothing would find it. */
    now(name: string, types: readonly string[]): Promise<CachedRow[]>;
    /** A name and what lies below it, or everything. Answers how many entries were forgotten. */
    flush(name?: string): number;
  };
  /** Whether a domain below `test`, or the one that it lies in, was sold. */
  isRegistered(domain: string): boolean;
  /** A party's zone, seen at once; one that is there is replaced. */
  addParty(party: HostedParty): Promise<void>;
  /** A zone that is a function, on a name server of its own, beside the records that it has; it ends with what comes back. */
  addDynamicZone(
    zone: string,
    host: LabHost,
    answer: DynamicZone,
    records?: readonly ZoneRecord[],
  ): Promise<AsyncDisposable>;
  /**
   * The learner's first domain with the records of a zone file, and its host's reverse name, as if they had been there for long. Answers
   * false where the learner changed the zone before: then nothing happens. @throws where the text is no zone
   */
  foundLearner(zone: string, host: string): Promise<boolean>;
  /** Forgets what the learner changed, and what the resolver remembers. */
  reset(): Promise<void>;
}

export async function startLabDns(options: LabDnsOptions): Promise<LabDns> {
  const { ground, hostRecords, patience } = options;
  const { clock, log, network, pool } = ground;
  const addressOf = (host: LabHost) => network.addressOf(host);
  const port = network.localPort(53);
  const facts = new Facts(pool, () => clock.now());
  const known = await facts.read();
  const keys = {
    root: await facts.keyFor('', known),
    tld: await facts.keyFor(TLD, known),
    reverse: await facts.keyFor(REVERSE, known),
  };
  const books = new Books(facts, clock, addressOf, keys);
  foundHouses(books);
  for (const party of hostRecords) await foundParty(books, party, known);
  books.open(known);
  const resolver = { address: addressOf('resolver.test'), port };
  const rootKey = keyOf(keys.root).dnskey;
  const recursion = {
    ...resolver,
    clock,
    hints: [{ name: ROOT_HOST, addresses: [addressOf(ROOT_HOST)] }],
    trustAnchor: [dsOf('', rootKey)],
    patience,
  };
  const recursor = new Recursor(recursion);
  const now = async (name: string, types: readonly string[]): Promise<CachedRow[]> => {
    using fresh = new Recursor(recursion);
    for (const type of types) await fresh.resolve(name, typeCode(type)!);
    const found = listCache(fresh).filter((row) => row.name === name);
    return found.filter(
      ({ kind, type }) => kind !== 'delegation' && [...types, 'any'].includes(type),
    );
  };
  const questions = new Questions();
  const faults = new Faults();
  const duties: HostDuties = { clock, log, port, questions, faults };
  await using opened = new AsyncDisposableStack();
  opened.use(recursor);
  await openAuthorities(books, rootZone(addressOf, keys, clock.now()), duties, opened);
  opened.use(await openHost(resolver.address, (query) => answerClient(recursor, query), duties));
  const flush = (name?: string) => {
    const top = name === undefined ? '' : (parseName(name) ?? name);
    const which = (one: string) => isWithin(one, top);
    return recursor.cache.forget(which) + recursor.cuts.forget(which);
  };
  const hosts = opened.move();
  return {
    resolver,
    trustAnchor: {
      ds: formatRdata(TYPE.DS, dsOf('', rootKey)),
      dnskey: formatRdata(TYPE.DNSKEY, rootKey),
    },
    registrar: new Registrar(books),
    panel: new Panel(books),
    isp: new Isp(books),
    lastChange: (place, name) => books.lastChange(place, name),
    questions,
    faults,
    cache: { list: () => listCache(recursor), now, flush },
    isRegistered(domain) {
      const sold = domain.split('.').slice(-2).join('.');
      return books.registry.isHouse(sold) || books.registry.learners.has(sold);
    },
    addParty: (party) => facts.inTurn(async () => foundParty(books, party, await facts.read())),
    addDynamicZone: async (zone, host, answer, records = []) => {
      const ended = await openDynamicZone(books, { zone, host, answer, records }, duties);
      return hosts.use(ended);
    },
    async foundLearner(zone, host) {
      const records = parseZone(zone, LEARNERS_DOMAIN);
      if ('kind' in records) throw new Error(records.message);
      const sets = mustRead(LEARNERS_DOMAIN, records);
      const content = { records: sets.map(plainRecord), keys: [] };
      const founded = await books.foundLearner(content, host);
      if (founded) flush();
      return founded;
    },
    async reset() {
      await books.reset();
      faults.clear();
      flush();
    },
    [Symbol.asyncDispose]: () => hosts.disposeAsync(),
  };
}

function foundHouses({ hosting, registry, reverse, addressOf, clock }: Books): void {
  const glue = Object.fromEntries(HOSTERS.map((host) => [host, [addressOf(host)]]));
  for (const [zone, records] of ownZones(addressOf)) {
    hosting.found(zone, { records, keys: [] }, clock.now());
    registry.found(zone, zone === 'dnshost.test' ? { ...AT_HOSTERS, glue } : AT_HOSTERS);
  }
  for (const [ip, name] of ownPointers(addressOf)) reverse.found(ip, name);
}

async function foundParty(
  { hosting, registry, reverse, facts, clock }: Books,
  { zone, records, pointers, signed }: HostedParty,
  known: readonly DnsFact[],
): Promise<void> {
  const keys = signed === true ? [await facts.keyFor(zone, known)] : [];
  const ds = keys.map((key) => formatRdata(TYPE.DS, dsOf(zone, keyOf(key).dnskey)));
  hosting.found(zone, { records, keys }, clock.now());
  registry.found(zone, { ...AT_HOSTERS, ds });
  for (const [ip, name] of Object.entries(pointers ?? {})) reverse.found(ip, name);
}

async function openAuthorities(
  { hosting, registry, reverse, addressOf, clock }: Books,
  root: ReturnType<typeof rootZone>,
  duties: HostDuties,
  opened: AsyncDisposableStack,
): Promise<void> {
  const zones = (...served: ServedZone[]) => new Map(served.map((zone) => [zone.apex, zone]));
  const hosts: readonly [LabHost, ReadonlyMap<string, ServedZone>][] = [
    [ROOT_HOST, zones({ apex: '', at: () => root })],
    [
      REGISTRY_HOST,
      zones(
        { apex: TLD, at: (now) => registry.zoneAt(now) },
        { apex: REVERSE, at: (now) => reverse.zoneAt(now) },
      ),
    ],
    [HOSTERS[0], hosting.served[0]],
    [HOSTERS[1], hosting.served[1]],
  ];
  for (const [host, served] of hosts) {
    const answer = (query: Parameters<typeof answerQuery>[1], from: string) =>
      answerQuery(served, query, clock.now(), from);
    opened.use(await openHost(addressOf(host), answer, duties));
  }
}

interface DynamicParty {
  readonly zone: string;
  readonly host: LabHost;
  readonly answer: DynamicZone;
  readonly records: readonly ZoneRecord[];
}

async function openDynamicZone(
  { registry, addressOf, clock }: Books,
  { zone: apex, host, answer: dynamic, records: more }: DynamicParty,
  duties: HostDuties,
): Promise<AsyncDisposable> {
  const ip = addressOf(host);
  const records = [nameServers(apex, [host], TTL.hosted), address(host, ip), ...more];
  const soa = soaSet(apex, host, serialAt(clock.now()), TTL.hosted);
  const zone = buildZone(apex, [soa, ...mustRead(apex, records)]);
  const served = new Map([[apex, { apex, at: () => zone, dynamic }]]);
  const opened = await openHost(
    ip,
    (query, from) => answerQuery(served, query, clock.now(), from),
    duties,
  );
  registry.found(apex, { ns: [host], glue: { [host]: [ip] }, ds: [] });
  return {
    async [Symbol.asyncDispose]() {
      registry.found(apex, undefined);
      await opened[Symbol.asyncDispose]();
    },
  };
}
