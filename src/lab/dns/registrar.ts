/** The registrar: domains are bought here, and what the registry says of them is set: name servers, their glue, DS records. */
import { isIPv4, isIPv6 } from 'node:net';
import { AT_HOSTERS } from './books.ts';
import type { Books } from './books.ts';
import { HOSTERS, LEARNERS_DOMAIN, TLD, TTL } from './infrastructure.ts';
import { changed, isRefused, refused } from './outcome.ts';
import type { Changed, Refused } from './outcome.ts';
import { plainRecord, readRecord } from './records.ts';
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

  /** A domain of one's own, with an empty zone at the hosting company. */
  buy(text: string): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const { registry, hosting } = this.#books;
      const domain = parseName(text) ?? '';
      const label = domain.slice(0, -TLD.length - 1);
      if (!domain.endsWith(`.${TLD}`) || !SOLD.test(label)) {
        return refused(
          'bad-name',
          `${text} cannot be bought.`,
          `Choose one label of letters, digits and hyphens before .${TLD}, such as my-shop.${TLD}.`,
        );
      }
      if (registry.isHouse(domain) || registry.learners.has(domain)) {
        const whose = registry.learners.has(domain)
          ? 'is yours already'
          : 'belongs to someone else';
        return refused('taken', `${domain} ${whose}.`, 'Choose another name.');
      }
      if (registry.learners.size >= MAX_DOMAINS) {
        return refused(
          'too-many',
          `${MAX_DOMAINS} domains are all that one account may have.`,
          'Give one up with «hikyaku lab registrar give-up DOMAIN».',
        );
      }
      if (hosting.content(domain) === undefined) {
        await this.#books.putZone(domain, { records: [], keys: [] });
      }
      const { at, byAll } = await this.#books.putDelegation(domain, AT_HOSTERS);
      return changed(domain, at, { from: byAll, byAll }, TTL.negative);
    });
  }

  /** With its zone at the hosting company. The first domain is the server's own, and stays. */
  giveUp(text: string): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const domain = parseName(text) ?? text;
      const { learners } = this.#books.registry;
      if (!learners.has(domain)) return notYours(domain, [...learners.keys()]);
      if (domain === LEARNERS_DOMAIN) {
        return refused(
          'in-use',
          `${domain} is the domain of your server.`,
          'Give up one that you bought.',
        );
      }
      await this.#books.dropZone(domain);
      const { at, byAll } = await this.#books.putDelegation(domain, null);
      return changed(domain, at, { from: byAll, byAll }, TTL.delegation);
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
      const tags = old.ds.map((ds) => ds.split(' ', 1)[0]).join(', ') || 'none';
      return kept.length === old.ds.length
        ? refused(
            'no-such-ds',
            `${domain} has no such DS record.`,
            `There are those of the key tags: ${tags}.`,
          )
        : { ...old, ds: kept };
    });
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
      return changed(domain, at, { from: byAll, byAll }, TTL.delegation);
    });
  }
}

export function notYours(domain: string, owned: readonly string[]): Refused {
  return refused(
    'not-yours',
    `${domain} is no domain of yours.`,
    `Yours: ${owned.join(', ') || 'none'}. Buy another with «hikyaku lab registrar buy NAME.${TLD}».`,
  );
}

function judgeDelegation(
  domain: string,
  { ns, glue = {} }: DelegationInput,
): Pick<Delegation, 'ns' | 'glue'> | Refused {
  const names = ns.map((host) => parseName(host));
  const bad = ns.find((_, index) => !names[index] || isIPv4(names[index]) || isIPv6(ns[index]!));
  if (bad !== undefined) {
    return refused(
      'bad-value',
      `«${bad}» is no name of a name server.`,
      `Give host names, such as ${HOSTERS[0]}; addresses of hosts within ${domain} are given as glue.`,
    );
  }
  const hosts = [...new Set(names as string[])];
  if (hosts.length === 0 || hosts.length > MAX_NS) {
    return refused(
      'too-many',
      `A domain has 1 to ${MAX_NS} name servers, not ${hosts.length}.`,
      'Two are usual (RFC 2182).',
    );
  }
  const given = new Map(Object.entries(glue).map(([host, ips]) => [parseName(host) ?? host, ips]));
  const kept: Record<string, readonly string[]> = {};
  for (const host of hosts.filter((one) => isWithin(one, domain))) {
    const ips = given.get(host) ?? [];
    const wrong = ips.find((ip) => !isIPv4(ip) && !isIPv6(ip));
    if (ips.length === 0) {
      return refused(
        'no-glue',
        `${host} lies within ${domain}, so that nobody could find its address.`,
        `Give its address as glue: the registry publishes it beside the delegation (RFC 1034 §4.2.1).`,
      );
    }
    if (wrong !== undefined || ips.length > 4) {
      return refused(
        'bad-value',
        `«${wrong ?? ips.join(' ')}» is no glue for ${host}.`,
        'Give up to four IPv4 or IPv6 addresses.',
      );
    }
    kept[host] = ips;
  }
  const needless = [...given.keys()].find((host) => kept[host] === undefined);
  return needless === undefined
    ? { ns: hosts, glue: kept }
    : refused(
        'needless-glue',
        `${needless} needs no glue: it is no name server of ${domain} within ${domain}.`,
        'Leave it out.',
      );
}

/** The DS records in one spelling. */
function judgeDs(domain: string, ds: readonly string[]): readonly string[] | Refused {
  if (ds.length === 0) return [];
  if (ds.length > MAX_DS) {
    return refused(
      'too-many',
      `${ds.length} DS records.`,
      `Give up to ${MAX_DS}; a rollover needs two.`,
    );
  }
  // A whole line, as name servers print it, is taken too.
  const values = ds.map(
    (text) => /^\S+\s+(?:\d+\s+)?IN\s+DS\s+(.*)$/i.exec(text.slice(0, 1_000))?.[1] ?? text,
  );
  const set = readRecord({ name: domain, type: 'DS', ttl: TTL.delegation, values }, domain);
  if ('kind' in set) return set;
  const short = set.rdatas.find((rdata) => rdata[3] === 2 && rdata.length !== 4 + 32);
  return short === undefined
    ? plainRecord(set).values
    : refused(
        'bad-value',
        'A digest of type 2 (SHA-256) has 64 hexadecimal digits.',
        'Copy the whole line that the hosting company shows for the key.',
      );
}
