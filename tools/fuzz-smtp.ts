/**
 * Random SMTP sessions: every verb in every phase, cut at random, some clients gone in the middle. What must hold: the
 * process lives, its memory is bounded, each complete command is answered once and well, no session hangs, and what is
 * stored is what was acknowledged, once.
 */
import { readFileSync } from 'node:fs';
import {
  FUZZ_LISTENERS,
  newTally,
  playSession,
  politely,
  sampleSessions,
  storeFaults,
  type FuzzFault,
  type FuzzTally,
} from '../test/support/smtp/fuzz-play.ts';
import { comesTrue, usedMemory, type Fuzzed } from './fuzz-run.ts';
import {
  openTestStore,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../test/support/smtp/own-server.ts';

const AT_ONCE = 16;
/** After this many sessions caches and pools are as large as they get. */
const WARM = 300;
const MAX_GROWTH = 64 * 1024 * 1024;
/** So long the server may take to see that the last clients are gone. Milliseconds. */
const CLOSING = 10_000;
/** Limits that would end most sessions before anything happened are out of the way. */
const LIMITS = { errors: 1000, idleCommands: 1000, authFailures: 50, handshakeTime: 5000 };

async function fuzz(at: TestStore, smtp: TestSmtp, seconds: number, seed: number) {
  const tally = newTally();
  const end = performance.now() + seconds * 1000;
  let warm: number | undefined;
  for (let round = 0; performance.now() < end && tally.faults.length === 0; round++) {
    const listener = FUZZ_LISTENERS[round % FUZZ_LISTENERS.length]!;
    const sessions = sampleSessions(listener, AT_ONCE, seed + round);
    await Promise.all(
      sessions.map((session, index) => {
        const { length } = session.chunks;
        const cutAfter = index % 8 === 7 ? Math.floor(length / 2) : undefined;
        const played = index % 2 === 0 ? politely(session) : session;
        return playSession(smtp, listener, played, cutAfter, tally);
      }),
    );
    if (warm === undefined && tally.sessions >= WARM) warm = await usedMemory();
  }
  const faults = tally.faults.map(({ fault }) => fault);
  faults.push(...(await storeFaults(at, tally)));
  if (!(await comesTrue(() => smtp.server.connections() === 0, CLOSING)))
    faults.push(`${smtp.server.connections()} connections are left over`);
  const growth = warm === undefined ? 0 : (await usedMemory()) - warm;
  if (growth > MAX_GROWTH) faults.push(`memory grew by ${Math.round(growth / 2 ** 20)} MB`);
  return { tally, faults, growth };
}

function print(tally: FuzzTally, seed: number, growth: number): void {
  const commands = [...tally.answered.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `SMTP, seed ${seed}: ${tally.sessions} sessions (${tally.cut} cut), ${tally.octets} octets, ` +
      `${commands} commands answered, ${tally.acknowledged.length} messages acknowledged, ` +
      `memory ${growth < 0 ? '-' : '+'}${(Math.abs(growth) / 2 ** 20).toFixed(1)} MB`,
  );
  const byVerb = Map.groupBy([...tally.answered], ([name]) => name.split(' ')[0]!);
  for (const [verb, entries] of [...byVerb].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const codes = entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${name.split(' ')[1]}: ${count}`);
    console.log(`  ${verb.padEnd(10)} ${codes.join('  ')}`);
  }
}

async function replay(smtp: TestSmtp, file: string): Promise<string[]> {
  const { listener, chunks } = JSON.parse(readFileSync(file, 'utf8')) as FuzzFault;
  const tally = newTally();
  const session = { chunks: chunks.map((chunk) => Buffer.from(chunk, 'base64')) };
  await playSession(smtp, listener, session, undefined, tally);
  for (const fault of tally.faults) console.log(fault.received);
  return tally.faults.map(({ fault }) => fault);
}

/** Plays for so long; prints what was answered. */
export async function fuzzSmtp(seconds: number, seed: number): Promise<Fuzzed> {
  await using at = await openTestStore();
  await using smtp = await startTestSmtp(at, { limits: LIMITS });
  const { tally, faults, growth } = await fuzz(at, smtp, seconds, seed);
  print(tally, seed, growth);
  return { faults, session: tally.faults[0] };
}

/** Plays a session at fault again; true where there is none. */
export async function replaySmtp(file: string): Promise<boolean> {
  await using at = await openTestStore();
  await using smtp = await startTestSmtp(at, { limits: LIMITS });
  const faults = await replay(smtp, file);
  console.log(faults[0] ?? 'no fault');
  return faults.length === 0;
}
