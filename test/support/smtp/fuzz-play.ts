/** Plays random sessions (fuzz.ts) on running listeners and judges each (oracle.ts). */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import * as fc from 'fast-check';
import { concat } from '#bytes';
import { FUZZ_DEFAULTS, fuzzSessions, type FuzzSession } from './fuzz.ts';
import { judgeSession } from './oracle.ts';
import { PASSWORD, type TestSmtp, type TestStore } from './own-server.ts';

export const FUZZ_LISTENERS = ['smtp', 'submission', 'submissions'] as const;
export type FuzzListener = (typeof FUZZ_LISTENERS)[number];

export interface FuzzTally {
  sessions: number;
  cut: number;
  octets: number;
  /** How often each `VERB code` was seen. */
  readonly answered: Map<string, number>;
  readonly acknowledged: string[];
  readonly faults: FuzzFault[];
}

export interface FuzzFault {
  readonly listener: FuzzListener;
  readonly fault: string;
  /** Base64, for playing it again. */
  readonly chunks: readonly string[];
  readonly received: string;
}

export function newTally(): FuzzTally {
  return { sessions: 0, cut: 0, octets: 0, answered: new Map(), acknowledged: [], faults: [] };
}

/** A session that lasts longer hangs. Milliseconds. */
const PATIENCE = 60_000;

const credentials = Buffer.from(`\0alice@example.test\0${PASSWORD}`).toString('base64');

/** Random sessions for a listener; under TLS from the start they log in. */
export function sampleSessions(listener: FuzzListener, count: number, seed: number): FuzzSession[] {
  const authentication = listener === 'submissions' ? `AUTH PLAIN ${credentials}\r\n` : '';
  return fc.sample(fuzzSessions({ ...FUZZ_DEFAULTS, authentication }), { numRuns: count, seed });
}

/**
 * Plays one session and adds what came of it.
 * @param cutAfter chunks after which the client is gone without a word; undefined: it sends all and waits for the end
 */
export async function playSession(
  smtp: TestSmtp,
  listener: FuzzListener,
  { chunks }: FuzzSession,
  cutAfter: number | undefined,
  tally: FuzzTally,
): Promise<void> {
  const { received, hung } = await exchange(smtp.ports[listener], listener, chunks, cutAfter);
  tally.sessions++;
  tally.octets += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const sent = concat(chunks);
  const judged =
    cutAfter === undefined
      ? judgeSession({ sent, received })
      : { fault: undefined, answered: [], acknowledged: acknowledgedIn(received) };
  if (cutAfter !== undefined) tally.cut++;
  for (const each of judged.answered) tally.answered.set(each, (tally.answered.get(each) ?? 0) + 1);
  tally.acknowledged.push(...judged.acknowledged);
  const fault = hung ? 'the session hangs' : judged.fault;
  if (fault === undefined) return;
  tally.faults.push({
    listener,
    fault,
    chunks: chunks.map((chunk) => Buffer.from(chunk).toString('base64')),
    received: Buffer.from(received).toString('latin1'),
  });
}

/** The same octets, cut also after each DATA and AUTH, where a polite client waits. */
export function politely({ chunks }: FuzzSession): FuzzSession {
  return { chunks: chunks.flatMap((chunk) => cutWherePolite(Buffer.from(chunk))) };
}

const WAITS = /(?:DATA|AUTH [ -~]{1,200})\r\n/g;

function cutWherePolite(chunk: Buffer): Uint8Array[] {
  const ends = [...chunk.toString('latin1').matchAll(WAITS)].map(
    (match) => match.index + match[0].length,
  );
  return [0, ...ends]
    .map((from, index) => chunk.subarray(from, ends[index] ?? chunk.length))
    .filter((piece) => piece.length > 0);
}

function waitsAfter(chunk: Uint8Array): boolean {
  return /(?:DATA|AUTH [ -~]{1,200})\r\n$/.test(Buffer.from(chunk).toString('latin1'));
}

function acknowledgedIn(received: Uint8Array): string[] {
  const text = Buffer.from(received).toString('latin1');
  return [...text.matchAll(/^250 2\.6\.0 (\S+) (?:stored|queued)\r$/gm)].map((match) => match[1]!);
}

function exchange(
  port: number,
  listener: FuzzListener,
  chunks: readonly Uint8Array[],
  cutAfter: number | undefined,
): Promise<{ received: Uint8Array; hung: boolean }> {
  const raw = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  const socket =
    listener === 'submissions' ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  const parts: Uint8Array[] = [];
  let over = false;
  return new Promise((resolve) => {
    const finish = (hung: boolean): void => {
      over = true;
      clearTimeout(timer);
      raw.destroy();
      resolve({ received: concat(parts), hung });
    };
    const timer = setTimeout(() => finish(true), PATIENCE);
    let wake = (): void => {};
    // DATA within content is answered by nobody
    const answer = (): Promise<void> =>
      new Promise((next) => {
        const impatience = setTimeout(next, 50);
        wake = () => {
          clearTimeout(impatience);
          next();
        };
      });
    socket.on('data', (part: Uint8Array) => {
      parts.push(part);
      wake();
    });
    for (const each of new Set([socket, raw])) each.on('error', () => {});
    socket.on('end', () => finish(false)).on('close', () => finish(false));
    const write = async (): Promise<void> => {
      for (const [index, chunk] of chunks.entries()) {
        if (over) return;
        if (index === cutAfter) return finish(false);
        socket.write(chunk);
        if (waitsAfter(chunk)) await answer();
        // also after an answer: a TLS socket of Node that is ended within its data event loses the data behind it
        await new Promise((next) => setImmediate(next));
      }
      if (!over) socket.end();
    };
    socket.once(listener === 'submissions' ? 'secureConnect' : 'connect', () => void write());
  });
}

/** What the store holds against what was acknowledged; each text is a fault. */
export async function storeFaults(
  { store }: TestStore,
  { acknowledged, cut }: FuzzTally,
): Promise<string[]> {
  const { rows } = await store.pool.query<{ id: string; account: string; copies: string }>(
    `select message_id as id, account_id::text as account, count(*) as copies from emails group by 1, 2
     union all select id, '', 1 from queue_messages`,
  );
  const stored = new Set(rows.map(({ id }) => id));
  const known = new Set(acknowledged);
  const faults = rows
    .filter(({ copies }) => Number(copies) > 1)
    .map(({ id, copies }) => `${id} is stored ${copies} times`);
  if (known.size < acknowledged.length) faults.push('an id was acknowledged twice');
  for (const id of known)
    if (!stored.has(id)) faults.push(`${id} was acknowledged and is not stored`);
  const unknown = [...stored].filter((id) => !known.has(id));
  // a client that is gone never read its reply: at most one message each
  if (unknown.length > cut) faults.push(`${unknown.length} messages are stored without a 250`);
  return faults;
}
