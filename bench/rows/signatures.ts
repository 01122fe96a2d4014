/** Row: DKIM signatures of one thread against the limit that `openssl speed rsa2048` shows for one core. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign as cryptoSign } from 'node:crypto';
import { promisify } from 'node:util';
import { signMessage, type SignBytes, type SigningKey } from '#protocol/dkim/sign';
import { makePool, stamp } from '../message-pool.ts';
import { median } from '../median.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const ROUNDS = 5;

export const signaturesRow: Row = {
  name: 'signatures',
  title: 'DKIM signatures (RSA-2048, 4k messages), one thread',
  run: signatures,
};

async function signatures({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const seconds = quick ? 1 : 3;
  const [limits, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    limits.push(await opensslRate(seconds));
    ours.push(await ourRate(seconds));
    say(`signatures: openssl ${limits.at(-1)!.toFixed(0)}/s, ours ${ours.at(-1)!.toFixed(0)}/s`);
  }
  const [limit, rate] = [median(limits), median(ours)];
  return [
    {
      row: 'signatures',
      contender: 'openssl speed',
      unit: 'signatures/s',
      value: limit,
      all: limits,
    },
    {
      row: 'signatures',
      contender: 'Hikyaku',
      unit: 'signatures/s',
      value: rate,
      ratio: rate / limit,
      goal: '0.7×',
      all: ours,
    },
  ];
}

async function opensslRate(seconds: number): Promise<number> {
  const args = ['speed', '-seconds', String(seconds), '-mr', 'rsa2048'];
  const { stdout } = await promisify(execFile)('openssl', args);
  // `+F2:number:bits:signatures a second:verifications a second`
  const rate = Number(/^\+F2:\d+:2048:([\d.e-]+):/m.exec(stdout)?.[1]);
  if (!(rate > 0)) throw new Error(`openssl speed said: ${stdout}`);
  return rate;
}

async function ourRate(seconds: number): Promise<number> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key: SigningKey = {
    domain: 'example.test',
    selector: 'bench',
    algorithm: 'rsa-sha256',
    privateKey,
  };
  const pool = makePool(64, 4096, 'alice@example.test');
  let done = 0;
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    const message = pool[done % pool.length]!;
    stamp(message, done++);
    const bodyStart = message.bytes.indexOf('\r\n\r\n') + 4;
    await signMessage({
      header: message.bytes.subarray(0, bodyStart),
      body: [message.bytes.subarray(bodyStart)],
      keys: [key],
      time: 1_700_000_000,
      signBytes: signHere,
    });
  }
  return done / ((performance.now() - began) / 1000);
}

/** On this thread, as the row counts one core; the server signs on the thread pool. */
const signHere: SignBytes = (_algorithm, key, toSign) =>
  Promise.resolve(cryptoSign('sha256', toSign, key));
