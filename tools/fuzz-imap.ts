/**
 * Random IMAP commands: every verb in every state, well formed and broken, and streams that follow no order. What must
 * hold: each tagged command has one tagged reply or the connection ends with BYE, all that is said follows the grammar,
 * nothing is an error of the server's own, memory is bounded, and a session beside it is not disturbed.
 */
import * as fc from 'fast-check';
import { wildSession } from '../test/support/imap/fuzz.ts';
import {
  faultLog,
  newImapTally,
  playCommands,
  playWild,
  sampleCommands,
  STATES,
  tagsOf,
  Witness,
  type ImapTally,
} from '../test/support/imap/fuzz-play.ts';
import { FUZZ_LIMITS, startTestImap, type TestImap } from '../test/support/imap/own-server.ts';
import { openTestStore } from '../test/support/smtp/own-server.ts';
import { usedMemory, type Fuzzed } from './fuzz-run.ts';

const WILD_A_ROUND = 24;
/** After this many rounds caches are as large as they get. */
const WARM = 3;
const MAX_GROWTH = 64 * 1024 * 1024;

/** Plays for so long; prints what was answered. */
export async function fuzzImap(seconds: number, seed: number): Promise<Fuzzed> {
  await using at = await openTestStore();
  const tally = newImapTally();
  await using imap = await startTestImap(at, { limits: FUZZ_LIMITS, log: faultLog(tally) });
  await using witness = await Witness.begin(imap.account('alice'));
  const end = performance.now() + seconds * 1000;
  let disturbed: string | undefined;
  let warm: number | undefined;
  for (
    let round = 0;
    performance.now() < end && tally.faults.length === 0 && disturbed === undefined;
    round++
  ) {
    await playRound(imap, seed + round * STATES.length, tally);
    await playWilds(imap, seed + round, tally);
    disturbed = await witness.disturbed();
    if (round === WARM) warm = await usedMemory();
  }
  const growth = warm === undefined ? 0 : (await usedMemory()) - warm;
  const faults = tally.faults.map(({ state, fault }) => `${state}: ${fault}`);
  if (disturbed !== undefined) faults.push(disturbed);
  if (growth > MAX_GROWTH) faults.push(`memory grew by ${Math.round(growth / 2 ** 20)} MB`);
  print(tally, seed, growth);
  return { faults, session: tally.faults.length === 0 ? undefined : tally.faults };
}

async function playRound(imap: TestImap, seed: number, tally: ImapTally): Promise<void> {
  await Promise.all(
    STATES.map((state, i) =>
      playCommands(imap.account('alice'), state, sampleCommands(3, seed + i), tally),
    ),
  );
}

async function playWilds(imap: TestImap, seed: number, tally: ImapTally): Promise<void> {
  const wild = fc.sample(wildSession(false), { numRuns: WILD_A_ROUND, seed });
  const tagged = fc.sample(wildSession(true), { numRuns: WILD_A_ROUND, seed });
  await Promise.all([
    ...wild.map((chunks, i) => {
      const account = imap.account('alice', i % 3 === 0 ? 'starttls' : 'implicit');
      return playWild(account, account.tls === 'implicit', chunks, [], tally);
    }),
    ...tagged.map((chunks, i) =>
      playWild(imap.account('alice'), i % 4 !== 0, chunks, tagsOf(chunks), tally),
    ),
  ]);
}

function print(tally: ImapTally, seed: number, growth: number): void {
  console.log(
    `IMAP, seed ${seed}: ${tally.sessions} sessions, ${tally.commands} commands answered one by one, ` +
      `memory ${growth < 0 ? '-' : '+'}${(Math.abs(growth) / 2 ** 20).toFixed(1)} MB`,
  );
  const byVerb = Map.groupBy([...tally.answered], ([name]) => name.split(' ')[0]!);
  for (const [verb, entries] of [...byVerb].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const counts = new Map<string, number>();
    for (const [name, count] of entries) {
      const status = name.split(': ')[1]!;
      counts.set(status, (counts.get(status) ?? 0) + count);
    }
    const said = [...counts].map(([status, count]) => `${status}: ${count}`);
    console.log(`  ${verb.padEnd(15)} ${said.join('  ')}`);
  }
}
