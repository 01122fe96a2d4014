/** The registrar: domains are bought here, and what the registry says of them is set: name servers, their glue, DS records. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Books } from './books.ts';
import { dsRemarks } from './ds-remarks.ts';
import { HOSTERS, LEARNERS_DOMAIN, TLD, TTL } from './infrastructure.ts';
import { changed, isRefused, refused } from './outcome.ts';
import { listed, shortened, type Said, saidWith } from './said.ts';
import type { Changed, Refused } from './outcome.ts';
import { plainRecord, readRecord } from './records.ts';
import { REMARKS } from './texts/remarks.ts';
import { isWithin, parseName } from './wire/name.ts';
import type { Delegation } from './zones.ts';

export interface DelegationInput {
  readonly ns: readonly string[];
  /** Addresses of name servers within the domain. */
  readonly glue?: Readonly<Record<string, readonly string[]>>;
}

export interface OwnedDomain extends Delegation {
  readonly domain: string;
}

const MAX_NS = 6;
const MAX_DS = 8;
const MAX_DOMAINS = 50;
const NOBODY = { ns: [], glue: {} };
/** Letters, digits and hyphens, as registries sell them (RFC 1123 §2.1). */
const SOLD = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export class Registrar {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /** The learner's domains, as they will be once everything is published. */
  domains(): OwnedDomain[] {
    return [...this.#books.registry.learners].map(([domain, { ns, glue, ds }]) => ({
      domain,
      ns,
      glue,
      ds,
    }));
  }

  /**
   * A domain of one's own, with an empty zone at the hosting company. The registry refers to it once its name servers are named.
   * @param ns to be named at once; none: later, by `setDelegation`
   */
  buy(text: string, ns: readonly string[] = []): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const { registry, hosting } = this.#books;
      const domain = parseName(text) ?? '';
      const label = domain.slice(0, -TLD.length - 1);
      if (!domain.endsWith(`.${TLD}`) || !SOLD.test(label)) {
        return refused('not-sold', { name: shortened(text) });
      }
      if (registry.learners.has(domain)) return refused('owned', { domain });
      if (registry.isHouse(domain)) return refused('taken', { domain });
      if (registry.learners.size >= MAX_DOMAINS)
        return refused('too-many-domains', { most: MAX_DOMAINS });
      const judged = ns.length === 0 ? NOBODY : judgeDelegation(domain, { ns });
      if (isRefused(judged)) return judged;
      if (hosting.content(domain) === undefined) {
        await this.#books.putZone(domain, { records: [], keys: [] });
      }
      const { at, byAll } = await this.#books.putDelegation(domain, { ...judged, ds: [] });
      const example = HOSTERS.join(' ');
      const remarks =
        ns.length === 0 ? [saidWith(REMARKS['not-delegated'], { domain, example })] : [];
      const done = changed(domain, at, { from: byAll, byAll }, TTL.negative, remarks);
      return this.#books.note('delegation', done);
    });
  }

  /** With its zone at the hosting company. The first domain is the server's own, and stays. */
  giveUp(text: string): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const domain = parseName(text) ?? text;
      const { learners } = this.#books.registry;
      if (!learners.has(domain)) return notYours(domain, [...learners.keys()]);
      if (domain === LEARNERS_DOMAIN) return refused('own-domain', { domain });
      await this.#books.dropZone(domain);
      const { at, byAll } = await this.#books.putDelegation(domain, null);
      const done = changed(domain, at, { from: byAll, byAll }, TTL.delegation);
      return this.#books.note('delegation', done);
    });
  }

  setDelegation(domain: string, input: DelegationInput): Promise<Changed | Refused> {
    return this.#change(domain, (old, name) => {
      const judged = judgeDelegation(name, input);
      return isRefused(judged) ? judged : { ...old, ...judged };
    });
  }

  /** All DS records of a domain, in place of those before. */
  setDs(domain: string, ds: readonly string[]): Promise<Changed | Refused> {
    return this.#change(domain, (old, name) => {
      const judged = judgeDs(name, ds);
      return 'kind' in judged ? judged : { ...old, ds: judged };
    });
  }

  addDs(domain: string, ds: string): Promise<Changed | Refused> {
    return this.#change(domain, (old, name) => {
      const judged = judgeDs(name, [...old.ds, ds]);
      return 'kind' in judged ? judged : { ...old, ds: judged };
    });
  }

  /** Those of a key tag, or all. */
  removeDs(domain: string, keyTag?: number): Promise<Changed | Refused> {
    return this.#change(domain, (old) => {
      const kept = old.ds.filter((ds) => keyTag !== undefined && !ds.startsWith(`${keyTag} `));
      const tags = listed(old.ds.map((ds) => ds.split(' ', 1)[0]!));
      return kept.length === old.ds.length
        ? refused('no-such-ds', { domain, tags })
        : { ...old, ds: kept };
    });
  }

  /** Nothing is known of keys on name servers elsewhere. */
  #keysOf(domain: string, { ns, ds }: Delegation): Said[] {
    const content = this.#books.hosting.content(domain);
    const isHere = ns.some((host) => HOSTERS.some((ours) => ours === host));
    return content !== undefined && isHere ? dsRemarks(domain, ds, content.keys) : [];
  }

  #change(
    text: string,
    decide: (old: Delegation, domain: string) => Delegation | Refused,
  ): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const domain = parseName(text) ?? text;
      const old = this.#books.registry.learners.get(domain);
      if (old === undefined) return notYours(domain, [...this.#books.registry.learners.keys()]);
      const fact = decide(old, domain);
      if (isRefused(fact)) return fact;
      const { at, byAll } = await this.#books.putDelegation(domain, fact);
      const remarks = this.#keysOf(domain, fact);
      const done = changed(domain, at, { from: byAll, byAll }, TTL.delegation, remarks);
      return this.#books.note('delegation', done);
    });
  }
}

export function notYours(domain: string, owned: readonly string[]): Refused {
  return refused('not-yours', { domain: shortened(domain), owned: listed(owned) });
}

function judgeDelegation(
  domain: string,
  { ns, glue = {} }: DelegationInput,
): Pick<Delegation, 'ns' | 'glue'> | Refused {
  const names = ns.map((host) => parseName(host));
  const bad = ns.find((_, index) => !names[index] || isIPv4(names[index]) || isIPv6(ns[index]!));
  if (bad !== undefined)
    return refused('bad-name-server', { host: shortened(bad), example: HOSTERS[0], domain });
  const hosts = [...new Set(names as string[])];
  if (hosts.length === 0 || hosts.length > MAX_NS)
    return refused('count-of-name-servers', { most: MAX_NS, count: hosts.length });
  const given = new Map(Object.entries(glue).map(([host, ips]) => [parseName(host) ?? host, ips]));
  const kept: Record<string, readonly string[]> = {};
  for (const host of hosts.filter((one) => isWithin(one, domain))) {
    const ips = given.get(host) ?? [];
    const wrong = ips.find((ip) => !isIPv4(ip) && !isIPv6(ip));
    if (ips.length === 0) return refused('no-glue', { host, domain });
    if (wrong !== undefined || ips.length > 4)
      return refused('bad-glue', { word: shortened(wrong ?? ips.join(' ')), host });
    kept[host] = ips;
  }
  const needless = [...given.keys()].find((host) => kept[host] === undefined);
  return needless === undefined
    ? { ns: hosts, glue: kept }
    : refused('needless-glue', { host: shortened(needless), domain });
}

/** The DS records in one spelling. */
function judgeDs(domain: string, ds: readonly string[]): readonly string[] | Refused {
  if (ds.length === 0) return [];
  if (ds.length > MAX_DS) return refused('too-many-ds', { count: ds.length, most: MAX_DS });
  // A whole line, as name servers print it, is taken too.
  const values = ds.map(
    (text) => /^\S+\s+(?:\d+\s+)?IN\s+DS\s+(.*)$/i.exec(text.slice(0, 1_000))?.[1] ?? text,
  );
  const set = readRecord({ name: domain, type: 'DS', ttl: TTL.delegation, values }, domain);
  if ('kind' in set) return set;
  const short = set.rdatas.find((rdata) => rdata[3] === 2 && rdata.length !== 4 + 32);
  return short === undefined ? plainRecord(set).values : refused('short-digest', {});
}
