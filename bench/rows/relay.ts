/**
 * Row: submit, sign with DKIM (RSA-2048), relay to a sink, timed to the last delivery. Peers: Postfix with
 * OpenDKIM on a unix socket; Haraka. Ours also authenticates each session, since submission demands it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import type { Contender } from '../contender.ts';
import { floorRelaying } from '../peers/floor.ts';
import { haraka, harakaFolder } from '../peers/haraka.ts';
import { hikyakuSubmitting } from '../peers/hikyaku.ts';
import { postfixSigning } from '../peers/postfix.ts';
import { startSink } from '../programs.ts';
import { compare } from '../rounds.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const WORKLOAD =
  '--from alice@example.test --recipient user%d@relay.test:10 --size 4096 --sessions 20'.split(' ');

export const relayRow: Row = {
  name: 'relay',
  title: 'submit, sign (RSA-2048), relay to a sink: 4k, 20 sessions, kept connections',
  run: relay,
};

async function relay(options: BenchOptions): Promise<BenchResult[]> {
  await using stack = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  const join = async (contender: Promise<Contender>): Promise<void> => {
    contenders.push(stack.use(await contender));
  };
  const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  const key = { domain: 'example.test', selector: 'bench', privateKey };
  const certificate = await makeCertificate(options.parent);
  const sink = stack.use(await startSink());
  await join(postfixSigning(options.parent, sink, key, certificate));
  const found = harakaFolder();
  if ('folder' in found) await join(haraka(found.folder, options.parent, sink, key));
  if (options.floor) await join(floorRelaying(options.parent, sink, certificate));
  if (!options.peersOnly) await join(hikyakuSubmitting(options.parent, sink));
  // Awaited here: the contenders end with this function.
  return await compare(
    { row: 'relay', contenders, workload: WORKLOAD, messages: 5000, goal: '4×' },
    options,
  );
}

async function makeCertificate(
  folder: string,
): Promise<{ certificateFile: string; keyFile: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'postfix.test' }]);
  const [certificateFile, keyFile] = [path.join(folder, 'tls.crt'), path.join(folder, 'tls.key')];
  await writeFile(certificateFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  return { certificateFile, keyFile };
}
