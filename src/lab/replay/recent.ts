/**
 * What can be replayed, newest first: messages, sessions with any host by SMTP and IMAP, what providers were brought, conversations with the
 * certificate authority, what was asked by HTTP, and questions of the DNS; all of it, or what one party, one lesson or one message has to do with. Pure.
 */
import type { CaExchange } from '#lab/ca/memory/heard';
import type { OrderReport } from '#lab/ca/memory/order-book';
import type { AskedQuestion } from '#lab/dns/questions';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import type { RecentThing } from '#store/lab/replay';
import { CA_HOST, conversations, ordersOf } from './acme-steps.ts';
import type { HostSession } from './host-sessions.ts';
import type { KeptExchange } from './http/exchanges.ts';
import { sidesOf } from './http/steps.ts';
import type { ImapSession } from './imap/sessions.ts';
import type { Places } from './places.ts';

export interface RecentRow {
  /** What `lab replay` takes. */
  readonly id: string;
  readonly kind: RecentThing['kind'] | 'question' | 'acme' | 'imap' | 'http';
  /** RFC 3339. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

/** Where things are remembered. */
export interface Remembered {
  readonly things: readonly RecentThing[];
  readonly sessions: readonly HostSession[];
  readonly imap: readonly ImapSession[];
  readonly http: readonly KeptExchange[];
  readonly exchanges: readonly CaExchange[];
  readonly orders: readonly OrderReport[];
  readonly questions: readonly AskedQuestion[];
}

export interface Wanted {
  readonly limit: number;
  /** A part of a host, a domain, a mailbox or an address on either side. */
  readonly party?: string | undefined;
  /** Calendar milliseconds, like `until`. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** These alone. */
  readonly ids?: ReadonlySet<string> | undefined;
}

/** Questions among everything else, so that they do not push it away. */
const QUESTIONS = 5;

type Row = Omit<RecentRow, 'at'> & { readonly at: number };

export function recentRows(
  remembered: Remembered,
  wanted: Wanted,
  places: Places,
  language: Language,
): RecentRow[] {
  const { limit, party, since = -Infinity, until = Infinity, ids } = wanted;
  const sought = party?.toLowerCase();
  const isWanted = ({ id, at, from, to }: Row): boolean =>
    at >= since &&
    at <= until &&
    (ids === undefined || ids.has(id)) &&
    (sought === undefined || [from, to].some((side) => side.toLowerCase().includes(sought)));
  const isForAll = sought === undefined && wanted.since === undefined;
  const asked = askedRows(remembered, places, language).filter(isWanted);
  return [
    ...[
      ...thingRows(remembered, places, language),
      ...sessionRows(remembered, places, language),
      ...acmeRows(remembered, places, language),
      ...imapRows(remembered, places, language),
      ...httpRows(remembered, places, language),
    ].filter(isWanted),
    ...(isForAll ? asked.slice(-QUESTIONS) : asked),
  ]
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(rowOf);
}

function thingRows({ things }: Remembered, { nameOf, own }: Places, language: Language): Row[] {
  return things.map((thing) =>
    thing.kind === 'session'
      ? { ...thing, from: nameOf(thing.from, language), to: `${own.name} (${thing.to})` }
      : thing,
  );
}

/** What the learner's server said to others is told with its messages. */
function sessionRows({ sessions }: Remembered, places: Places, language: Language): Row[] {
  return sessions
    .filter(({ client }) => client !== places.own.address)
    .map(({ id, beganAt, client, host, entries }) => ({
      id,
      kind: 'session',
      at: beganAt,
      from: places.nameOf(client, language),
      to: host,
      what: `${entries.length} lines`,
    }));
}

function acmeRows({ exchanges, orders }: Remembered, places: Places, language: Language): Row[] {
  return conversations(exchanges).map((all) => {
    const [{ number, at, from }] = all as [CaExchange];
    const names = ordersOf(all, orders).flatMap((order) => order.names);
    return {
      id: `acme:${number}`,
      kind: 'acme',
      at,
      from: places.nameOf(from, language),
      to: CA_HOST,
      what: [`${all.length} requests`, ...new Set(names)].join(' '),
    };
  });
}

function imapRows({ imap }: Remembered, { nameOf, own }: Places, language: Language): Row[] {
  return imap.map(({ id, beganAt, client, listener, account, entries }) => ({
    id,
    kind: 'imap',
    at: beganAt,
    from:
      account === undefined ? nameOf(client, language) : `${account} (${nameOf(client, language)})`,
    to: `${own.name} (${listener})`,
    what: `${entries.length} lines`,
  }));
}

function httpRows({ http }: Remembered, places: Places, language: Language): Row[] {
  return http.map((exchange) => ({
    id: `http:${exchange.number}`,
    kind: 'http',
    at: exchange.at,
    ...sidesOf(exchange, places, language),
    what: `${exchange.method} ${exchange.target} ${exchange.failure?.reason ?? exchange.status ?? '-'}`,
  }));
}

/** Those of the resolver itself are told with the question that it answered. */
function askedRows(
  { questions }: Remembered,
  { nameOf, resolver }: Places,
  language: Language,
): Row[] {
  return questions
    .filter(({ from }) => from !== resolver)
    .map(({ number, at, from, to, name, type }) => ({
      id: `dns:${number}`,
      kind: 'question',
      at,
      from: nameOf(from, language),
      to: nameOf(to, language),
      what: `${type} ${name}`,
    }));
}

function rowOf({ id, kind, at, from, to, what }: Row): RecentRow {
  return {
    id,
    kind,
    at: new Date(at).toISOString(),
    from: printable(from),
    to: printable(to),
    what: printable(what),
  };
}
