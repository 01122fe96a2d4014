/**
 * npm run chaos: kills the server and its database under load, again and again, and proves by a ledger that every
 * message acknowledged with 250 was delivered or its author told. Exit code 1 when one was lost or anything else is
 * wrong, 2 for arguments that are none.
 *
 *   npm run chaos -- [--runs 20] [--seed N] [--sessions 80] [--lease 15] [--only KIND,…] [--no-self-check]
 *                    [--seed-defect early-250]
 *
 * The self-check at the end runs a short chaos against a server with a seeded defect (250 before the commit), which
 * must be found out.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { deal, FAULTS, type FaultKind } from './faults.ts';
import { Random } from './random.ts';
import { isWell, report, unproven } from './report.ts';
import { runRound, type RoundResult } from './round.ts';

/** Faults on one database; the next round begins with a new one, so that long runs do not fill the disk. */
const ROUND = 50;
/** Each kind of fault comes at least once in so many. */
const WHOLE_RUN = 20;
/** Enough for the defect: each of these loses what was answered in the last 200 ms. */
const SELF_CHECK: readonly FaultKind[] = ['server', 'both', 'everything', 'server'];

const { values } = parseArgs({
  allowNegative: true,
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    sessions: { type: 'string', default: '80' },
    lease: { type: 'string', default: '15' },
    only: { type: 'string' },
    'self-check': { type: 'boolean', default: true },
    'seed-defect': { type: 'string' },
  },
});

function progress(line: string): void {
  const seconds = String(Math.round(performance.now() / 1000)).padStart(5);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

function usage(problem: string): never {
  process.stderr.write(`chaos: ${problem}\n`);
  process.exit(2);
}

function wholeNumber(name: 'runs' | 'seed' | 'sessions' | 'lease'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1)
    usage(`--${name} ${values[name]} is no whole number`);
  return number;
}

function kindsOnly(): FaultKind[] | undefined {
  const kinds = values.only?.split(',');
  const unknown = kinds?.find((kind) => !Object.hasOwn(FAULTS, kind));
  if (unknown !== undefined) {
    usage(`--only ${unknown}: there are ${Object.keys(FAULTS).join(', ')}`);
  }
  return kinds as FaultKind[] | undefined;
}

const defect = values['seed-defect'];
if (defect !== undefined && defect !== 'early-250') usage(`--seed-defect ${defect} is not known`);
const runs = wholeNumber('runs');
const seed = wholeNumber('seed');
const common = { sessions: wholeNumber('sessions'), lease: wholeNumber('lease'), progress };
const random = new Random(seed);
const only = kindsOnly();
const faults = only ? Array.from({ length: runs }, () => random.pick(only)) : deal(runs, random);

/** Every round until one goes wrong; whether none did. */
async function allRounds(): Promise<boolean> {
  const rounds: RoundResult[] = [];
  for (let at = 0; at < faults.length && isWell(rounds); at += ROUND) {
    rounds.push(
      await runRound({
        ...common,
        seed: seed + rounds.length,
        random,
        faults: faults.slice(at, at + ROUND),
        defect: defect !== undefined,
      }),
    );
  }
  process.stdout.write(`\n${report(rounds)}\n`);
  if (!isWell(rounds)) return false;
  // a few faults, or chosen ones, may miss it
  const missing = only || runs < WHOLE_RUN ? undefined : unproven(rounds);
  if (missing !== undefined) process.stdout.write(`WRONG: ${missing}\n`);
  return missing === undefined;
}

async function selfCheck(): Promise<boolean> {
  process.stdout.write(
    'self-check: a server that answers 250 before it stores is to be found out\n',
  );
  const { verdict } = await runRound({ ...common, seed, random, faults: SELF_CHECK, defect: true });
  const lost = verdict.wrongs.filter(({ kind }) => kind === 'lost').length;
  process.stdout.write(`self-check: ${lost > 0 ? 'found' : 'WRONG'}, ${lost} lost\n`);
  return lost > 0;
}

process.stdout.write(`npm run chaos -- --runs ${runs} --seed ${seed}\n`);
try {
  let well = await allRounds();
  if (well && values['self-check'] && defect === undefined) well = await selfCheck();
  process.exitCode = well ? 0 : 1;
} catch (error) {
  // a server did not come back, or did not end as it should
  process.stdout.write(`WRONG: ${(error as Error).stack}\n`);
  process.exitCode = 1;
}
