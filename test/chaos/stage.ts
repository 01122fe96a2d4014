/**
 * What stands around the server in a chaos run and in the tests of its signals: the accounts that get mail, the way
 * to the sink, the end of all that is under way, and the judgement over it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type RunningServer } from '../support/program/running-server.ts';
import { inconsistencies, queued, readMailboxes, stuck } from './gather.ts';
import { judge, type Span, type Verdict } from './judge.ts';
import { readLedger, type ClientLine, type Taken } from './ledger.ts';
import { ACCOUNTS, FORWARD } from './letter.ts';
import type { Sink } from './programs.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** What else is wrong: counts that do not agree, recipients that never leave the queue, damaged bytes. */
  readonly complaints: readonly string[];
}

export interface Ledgers {
  readonly client: string;
  readonly sink: string;
}

const DRAIN_PATIENCE = 180_000;
/** So long after the queue is empty its leases have run out, and the counts beside the data agree with it. Seconds. */
const SETTLED_WITHIN = 30;

/** Accounts, the alias that leads elsewhere, and the way to the sink. */
export async function setUp(main: RunningServer, sink: Sink): Promise<void> {
  for (const address of ACCOUNTS.slice(2)) {
    await main.done('account', 'add', address, '--password-file', main.passwordFile);
  }
  await main.done('alias', 'add', FORWARD.alias, FORWARD.target);
  const host = ['--host', '127.0.0.1', '--port', String(sink.port), '--tls', 'none'];
  await main.done('route', 'set', '*', ...host);
}

/** Lets everything that is under way come to its end, with a sink that is calm, and judges what came of it. */
export async function conclude(
  main: RunningServer,
  ledgers: Ledgers,
  faults: readonly Span[],
): Promise<Judgement> {
  const complaints = await drain(main);
  const held = await readMailboxes(main.outsider);
  complaints.push(...held.damaged.map((what) => `${what} is damaged`));
  complaints.push(...(await inconsistencies(main.outsider)));
  complaints.push(...(await sampleRaw(main)));
  const verdict = judge({
    client: await readLedger<ClientLine>(ledgers.client),
    taken: await readLedger<Taken>(ledgers.sink),
    mailboxes: held.copies,
    notices: held.notices,
    faults,
  });
  return { verdict, complaints };
}

/** Until the queue is empty; what stays in it for too long is complained of. */
async function drain(main: RunningServer): Promise<string[]> {
  const deadline = performance.now() + DRAIN_PATIENCE;
  while ((await queued(main.outsider)) > 0) {
    if (performance.now() > deadline) return stuck(main.outsider);
    await main.done('queue', 'retry', '--all');
    await delay(1000);
  }
  // an attempt whose last conclusion is written still has its lease for a moment; one of a dead process runs out
  const settled = async () => (await inconsistencies(main.outsider)).length === 0;
  await eventually('the counts agree', settled, SETTLED_WITHIN).catch(() => {});
  return [];
}

/** The command line shows what the database holds. */
async function sampleRaw(main: RunningServer): Promise<string[]> {
  const complaints: string[] = [];
  for (const address of ACCOUNTS.slice(0, 2)) {
    const [mail] = await main.json<{ id: string; size: number }>('mail', 'list', address);
    if (!mail) {
      complaints.push(`mail list ${address} is empty`);
      continue;
    }
    const raw = await main.done('mail', 'raw', address, mail.id);
    if (Buffer.byteLength(raw) !== mail.size) {
      complaints.push(`mail raw ${address} ${mail.id} has ${raw.length} octets, not ${mail.size}`);
    }
  }
  return complaints;
}
