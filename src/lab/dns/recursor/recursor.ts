/**
 * The recursive resolver: goes from the root down (RFC 1034 §5.3.3), remembers by the calendar, and believes signed zones only what their
 * signatures show (RFC 4035 §5), from the root's key on. One question in, one {@link Resolution} out; it never rejects. What it may spend
 * on a question is bounded in queries, depth and time.
 */
import type { Clock } from '#clock';
import type { WireRecord } from '#lab/dns/wire/message';
import { decodeName, parentOf } from '#lab/dns/wire/name';
import { RCODE, TYPE } from '#lab/dns/wire/record-types';
import { ask } from './ask.ts';
import { RecordCache } from './cache.ts';
import type { Known, Security, SignedSet } from './cache.ts';
import { CutCache } from './cuts.ts';
import type { ZoneCut } from './cuts.ts';
import { readResponse } from './read-response.ts';
import type { Host, Read } from './read-response.ts';
import { recordsOf } from './sets.ts';
import {
  bogus,
  checkAnswer,
  checkDelegation,
  checkKeys,
  checkNegative,
  ERROR,
  shown,
} from './validate.ts';
import type { Bogus, Trust } from './validate.ts';

export interface RecursorOptions {
  /** Where queries leave from. */
  readonly address: string;
  /** The port that name servers listen on. */
  readonly port: number;
  readonly clock: Clock;
  /** The root's hosts. */
  readonly hints: readonly Host[];
  /** DS records of the root's keys. */
  readonly trustAnchor: readonly Uint8Array[];
  /** Milliseconds that a server gets in each round over all servers of a zone; what a learner can wait for if absent. */
  readonly patience?: readonly number[] | undefined;
}

export interface Resolution {
  readonly rcode: number;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly secure: boolean;
  /** Why there is no answer. */
  readonly error?: { readonly code: number; readonly text: string };
}

const MAX_QUERIES = 40;
const MAX_DEPTH = 4;
const MAX_ALIASES = 10;
const MAX_UNDER_WAY = 500;
const CACHE_SIZE = 10_000;
/** Seconds that a failure is remembered (RFC 9520 §3.2). */
const FAILURE_TTL = 5;
const PATIENCE = [400, 800] as const;
/** Milliseconds for a question in all. */
const DEADLINE = 6_000;

interface Budget {
  queries: number;
  readonly depth: number;
  /** Whether signatures are checked; not with CD (RFC 4035 §3.2.2), and then nothing is remembered. */
  readonly checking: boolean;
  readonly signal: AbortSignal;
}

type Link = Exclude<Known, { kind: 'failure' }> & { readonly ttl: number };

export class Recursor implements Disposable {
  readonly #options: RecursorOptions;
  readonly cache: RecordCache;
  readonly cuts: CutCache;
  readonly #underWay = new Map<string, Promise<Resolution>>();
  readonly #endings = new Set<AbortController>();
  #turn = 0;

  constructor(options: RecursorOptions) {
    this.#options = options;
    const now = () => options.clock.now();
    this.cache = new RecordCache(CACHE_SIZE, now);
    this.cuts = new CutCache(options.hints, options.trustAnchor, now);
  }

  [Symbol.dispose](): void {
    for (const ending of this.#endings) ending.abort();
  }

  /** Answers a question; the same ones at the same time are asked once. */
  resolve(name: string, type: number, checking = true): Promise<Resolution> {
    const key = `${type} ${checking} ${name}`;
    const shared = this.#underWay.get(key);
    if (shared !== undefined) return shared;
    if (this.#underWay.size >= MAX_UNDER_WAY) return Promise.resolve(failed(BUSY));
    // Each has a signal of its own: whatever hangs on a signal that lives as long as we do is never let go.
    const ending = new AbortController();
    this.#endings.add(ending);
    const deadline = setTimeout(() => ending.abort(), DEADLINE);
    const budget = { queries: MAX_QUERIES, depth: 0, checking, signal: ending.signal };
    const answer = this.#resolve(name, type, budget).finally(() => {
      clearTimeout(deadline);
      this.#endings.delete(ending);
      this.#underWay.delete(key);
    });
    this.#underWay.set(key, answer);
    return answer;
  }

  async #resolve(name: string, type: number, budget: Budget): Promise<Resolution> {
    const answers: WireRecord[] = [];
    const proofs: WireRecord[] = [];
    let secure = budget.checking;
    let at = name;
    for (let links = 0; links <= MAX_ALIASES; links++) {
      const link = await this.#link(at, type, budget);
      if (link.kind === 'failure') return failed(link);
      secure &&= link.security === 'secure';
      if (link.kind === 'none') {
        const rcode = link.rcode === 'NXDOMAIN' ? RCODE.nxDomain : RCODE.noError;
        const authorities = link.authorities.map((record) => ({ ...record, ttl: link.ttl }));
        return { rcode, answers, authorities: [...proofs, ...authorities], secure };
      }
      answers.push(...recordsOf(link.found, link.ttl));
      proofs.push(...link.proofs);
      const { set } = link.found;
      if (set.type === type) return { rcode: RCODE.noError, answers, authorities: proofs, secure };
      at = decodeName(set.rdatas[0]!, 0)?.name ?? '';
      if (answers.some((record) => record.name === at && record.type === TYPE.CNAME)) break;
    }
    return failed(bogus(ERROR.other, `the aliases from ${name} do not come to an end`));
  }

  /** What is known of one name and type, an alias in its place, or that there is nothing. */
  async #link(name: string, type: number, budget: Budget): Promise<Link | Bogus> {
    const known = this.#known(name, type, budget);
    if (known !== undefined) return known;
    const link = await this.#ask(name, type, budget);
    if (budget.checking && !budget.signal.aborted) this.#remember(name, type, link);
    return link;
  }

  #known(name: string, type: number, { checking }: Budget): Link | Bogus | undefined {
    if (!checking) return undefined;
    const hit =
      this.cache.get(name, NAME) ?? this.cache.get(name, type) ?? this.cache.get(name, TYPE.CNAME);
    if (hit === undefined) return undefined;
    const { known, left } = hit;
    return known.kind === 'failure' ? known : { ...known, ttl: left };
  }

  #remember(name: string, type: number, link: Link | Bogus): void {
    if (link.kind === 'failure') this.cache.put(name, type, link, FAILURE_TTL);
    else if (link.kind === 'data') this.cache.put(name, link.found.set.type, link, link.ttl);
    else this.cache.put(name, link.rcode === 'NXDOMAIN' ? NAME : type, link, link.ttl);
  }

  async #ask(name: string, type: number, budget: Budget): Promise<Link | Bogus> {
    // Of the DS record of a zone the parent knows (RFC 4035 §4.2).
    let cut = this.cuts.closest(type === TYPE.DS && name !== '' ? parentOf(name) : name);
    for (;;) {
      const read = await this.#askHosts(cut, name, type, budget);
      if (read.kind === 'failure') return read;
      if (read.kind !== 'referral') return this.#judge(read, cut, name, type, budget);
      const next = await this.#follow(read, cut, budget);
      if ('kind' in next) return next;
      cut = next;
    }
  }

  async #follow(
    { cut, hosts, ttl, authorities }: Extract<Read, { kind: 'referral' }>,
    above: ZoneCut,
    budget: Budget,
  ): Promise<ZoneCut | Bogus> {
    const trust = await this.#trust(above, budget);
    if (trust !== undefined && 'kind' in trust) return trust;
    const ds = trust === undefined ? [] : checkDelegation(cut, authorities, trust);
    if ('kind' in ds) return ds;
    const next = { apex: cut, hosts, ds };
    const dsTtl = authorities.find(({ set }) => set.type === TYPE.DS)?.set.ttl ?? ttl;
    if (budget.checking) this.cuts.put(next, Math.min(ttl, dsTtl));
    return next;
  }

  /** The keys that speak for a zone; undefined where nothing has to be checked. */
  async #trust({ apex, ds, hosts }: ZoneCut, budget: Budget): Promise<Trust | Bogus | undefined> {
    if (ds.length === 0 || !budget.checking) return undefined;
    const now = Math.floor(this.#options.clock.now() / 1_000);
    const known = this.cache.get(apex, TYPE.DNSKEY)?.known;
    if (known?.kind === 'data') return { zone: apex, dnskeys: known.found.set.rdatas, now };
    const read = await this.#askHosts({ apex, ds, hosts }, apex, TYPE.DNSKEY, budget);
    if (read.kind === 'failure') return read;
    if (read.kind !== 'data') {
      return bogus(ERROR.noKey, `${shown(apex)} has a DS at its parent, and no key`);
    }
    const dnskeys = checkKeys(read.found, ds, now);
    if ('kind' in dnskeys) return dnskeys;
    const { found } = read;
    this.cache.put(
      apex,
      TYPE.DNSKEY,
      { kind: 'data', found, security: 'secure', proofs: [] },
      found.set.ttl,
    );
    return { zone: apex, dnskeys, now };
  }

  async #judge(
    read: Extract<Read, { kind: 'data' | 'none' }>,
    cut: ZoneCut,
    name: string,
    type: number,
    budget: Budget,
  ): Promise<Link | Bogus> {
    const trust = await this.#trust(cut, budget);
    if (trust !== undefined && 'kind' in trust) return trust;
    const security: Security = trust === undefined ? 'insecure' : 'secure';
    const authorities = read.authorities.filter(
      ({ set }) => set.type === TYPE.NSEC || (read.kind === 'none' && set.type === TYPE.SOA),
    );
    const proofs = authorities.flatMap((one) => recordsOf(one, one.set.ttl));
    if (read.kind === 'data') {
      const wrong = trust && checkAnswer(read.found, authorities, trust);
      return wrong ?? { kind: 'data', found: read.found, security, proofs, ttl: ttlOf(read.found) };
    }
    const wrong = trust && checkNegative(name, type, read.exists, authorities, trust);
    const rcode = read.exists ? 'NOERROR' : 'NXDOMAIN';
    return wrong ?? { kind: 'none', rcode, authorities: proofs, security, ttl: read.ttl };
  }

  /** Asks the hosts of a zone in turn until one has something to say. */
  async #askHosts(
    { apex, hosts }: ZoneCut,
    name: string,
    type: number,
    budget: Budget,
  ): Promise<Exclude<Read, { kind: 'useless' }> | Bogus> {
    const first = this.#turn++;
    const said: string[] = [];
    for (const patience of this.#options.patience ?? PATIENCE) {
      let silent = false;
      for (let index = 0; index < hosts.length; index++) {
        const host = hosts[(first + index) % hosts.length]!;
        for (const address of await this.#addresses(host, budget)) {
          if (budget.queries-- <= 0 || budget.signal.aborted) return bogus(ERROR.other, TOO_MUCH);
          const response = await ask(name, type, this.#askOptions(address, patience, budget));
          const read =
            response === undefined
              ? ({ kind: 'useless', why: 'does not answer' } as const)
              : readResponse(response, apex, name, type);
          if (read.kind !== 'useless') return read;
          silent ||= response === undefined;
          said.push(`${host.name} (${address}) ${read.why}`);
        }
      }
      if (!silent) break;
    }
    const text = [...new Set(said)].slice(0, 3).join('; ') || 'no name server has an address';
    return bogus(ERROR.unreachable, `for ${shown(apex)}: ${text}`);
  }

  #askOptions(address: string, patience: number, { signal }: Budget) {
    const { port, address: localAddress } = this.#options;
    return { address, port, localAddress, patience, signal };
  }

  async #addresses({ name, addresses }: Host, budget: Budget): Promise<readonly string[]> {
    if (addresses.length > 0) return addresses;
    if (budget.depth >= MAX_DEPTH) return [];
    const deeper = { ...budget, depth: budget.depth + 1 };
    const { answers } = await this.#resolve(name, TYPE.A, deeper);
    budget.queries = deeper.queries;
    return answers.filter(({ type }) => type === TYPE.A).map(({ rdata }) => rdata.join('.'));
  }
}

/** In place of a type: the name as such, for what does not exist at all (RFC 2308 §5). */
export const NAME = 0;

const TOO_MUCH = 'the question needed more queries or time than one may have';
const BUSY = bogus(ERROR.other, 'too many questions are under way');

/** A signed set may be remembered no longer than it was signed for (RFC 4035 §5.3.3). */
function ttlOf({ set, signatures }: SignedSet): number {
  const original = signatures.map((rdata) => Buffer.from(rdata).readUInt32BE(4));
  return Math.min(set.ttl, ...original);
}

function failed({ code, text }: Bogus): Resolution {
  return {
    rcode: RCODE.servFail,
    answers: [],
    authorities: [],
    secure: false,
    error: { code, text },
  };
}
