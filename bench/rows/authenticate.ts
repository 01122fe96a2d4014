/**
 * Row: who sent a message, judged in this process on one thread by SPF, DKIM (RSA-2048) and DMARC, down to the field that says so; DNS answers are in
 * memory. Peer: `authenticate()` of mailauth (npm), without ARC and BIMI, which ours does not do here either.
 */
import { randomInt, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { authenticate } from 'mailauth';
import { systemClock } from '#clock';
import { latin1 } from '#bytes';
import { StubResolver } from '#clients/dns/stub-resolver';
import { formatAuthenticationResults } from '#protocol/authentication-results/format';
import {
  dkimResults,
  dmarcResult,
  dmarcWithoutAuthor,
  spfResult,
} from '#protocol/authentication-results/results';
import { startBodyHashes } from '#protocol/dkim/body-hash';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { beginVerification } from '#protocol/dkim/verify';
import { readAuthor } from '#protocol/dmarc/author';
import { judgeDmarc } from '#protocol/dmarc/judge';
import type { Resolver } from '#protocol/dns/resolver';
import { splitHeader } from '#protocol/message/header/fields';
import { checkHost } from '#protocol/spf/check-host';
import { serveZone } from '../../test/support/dns/declared-zone-server.ts';
import { declaredZone } from '../../test/support/dns/declared-zone.ts';
import { median } from '../median.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';
import { makeSignedMessages } from '../signed-messages.ts';

const ROUNDS = 5;
const MESSAGES = 200;
const DOMAIN = 'sender.test';
const SENDER = `ann@${DOMAIN}`;
const CLIENT = { ip: '192.0.2.10', helo: `mx.${DOMAIN}` };
const HOSTNAME = 'mail.example.test';
const SELECTOR = 'load';

export const authenticateRow: Row = {
  name: 'authenticate',
  title: 'SPF, DKIM and DMARC of a message (4k, RSA-2048), one thread, answers in memory',
  run: compareJudges,
};

/** Gives the Authentication-Results field, at least. */
type Judge = (message: Buffer) => Promise<string>;

async function compareJudges({ parent, quick, say }: BenchOptions): Promise<BenchResult[]> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = path.join(parent, 'authenticate.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const signing = { count: MESSAGES, size: 4096, from: SENDER, keyFile, selector: SELECTOR };
  const messages = await makeSignedMessages({ ...signing, firstSequence: Date.now() });
  const zone = declaredZone({
    [DOMAIN]: { TXT: 'v=spf1 mx a:relay.sender.test ip4:192.0.2.0/28 -all', MX: `10 mx.${DOMAIN}` },
    [`mx.${DOMAIN}`]: { A: '198.51.100.1' },
    [`relay.${DOMAIN}`]: { A: '198.51.100.2' },
    [`${SELECTOR}._domainkey.${DOMAIN}`]: { TXT: dnsRecordFor(publicKey) },
    [`_dmarc.${DOMAIN}`]: { TXT: 'v=DMARC1; p=reject; rua=mailto:dmarc@sender.test' },
  });
  await using server = await serveZone(zone);
  using resolver = new StubResolver({
    servers: [{ address: server.address, port: server.port, trusted: true }],
    clock: systemClock,
    randomId: () => randomInt(0x1_0000),
  });
  const contenders = [
    { name: 'mailauth', judge: mailauthJudge(resolver), runs: [] as Run[] },
    { name: 'Hikyaku', judge: (message: Buffer) => judge(message, resolver), runs: [] as Run[] },
  ] as const;
  for (let round = 0; round <= (quick ? 1 : ROUNDS); round++)
    for (const { name, judge: each, runs } of contenders) {
      const run = await runOf(each, messages, quick ? 1 : 3);
      // the first is only for warming up
      if (round === 0) continue;
      runs.push(run);
      say(`authenticate: ${name} ${told(run)}`);
    }
  const [theirs, ours] = contenders.map(resultOf) as [BenchResult, BenchResult];
  return [theirs, { ...ours, ratio: ours.value / theirs.value, goal: '2×' }];
}

interface Run {
  readonly perSecond: number;
  /** Milliseconds of CPU for each message: what can be compared on a busy machine. */
  readonly cpu: number;
}

function resultOf({ name, runs }: { name: string; runs: readonly Run[] }): BenchResult {
  const perSecond = median(runs.map((run) => run.perSecond));
  const cpu = median(runs.map((run) => run.cpu));
  return {
    row: 'authenticate',
    contender: name,
    unit: 'messages/s',
    value: perSecond,
    note: `${told({ perSecond, cpu })}: ${runs.map((run) => run.perSecond.toFixed(0)).join(' ')}`,
  };
}

function told({ perSecond, cpu }: Run): string {
  return `${perSecond.toFixed(0)}/s, ${cpu.toFixed(3)} ms of CPU each`;
}

/** One after the other, for some seconds. @throws Error where a message does not pass everything */
async function runOf(each: Judge, messages: readonly Buffer[], seconds: number): Promise<Run> {
  let done = 0;
  const before = process.cpuUsage();
  const began = performance.now();
  while (performance.now() - began < seconds * 1000) {
    const field = await each(messages[done++ % messages.length]!);
    if (!['spf=pass', 'dkim=pass', 'dmarc=pass'].every((result) => field.includes(result)))
      throw new Error(`it does not pass: ${field}`);
  }
  const elapsed = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (done / elapsed) * 1000, cpu: (user + system) / 1000 / done };
}

/** What mail/receive does with a message for its Authentication-Results, in the same order. */
async function judge(message: Uint8Array, resolver: Resolver): Promise<string> {
  const mailFrom = { localPart: 'ann', domain: DOMAIN };
  const now = Date.now() / 1000;
  const asked = checkHost({ ...CLIENT, mailFrom, resolver, receiver: HOSTNAME, now });
  const header = splitHeader(message);
  const head = message.subarray(0, header.bodyStart);
  const author = readAuthor(header, head);
  const verification = beginVerification({ head, header, lookup: keyLookup(resolver), now });
  const hasher = startBodyHashes(verification.bodyHashes);
  hasher.push(message.subarray(header.bodyStart));
  hasher.end();
  const [spf, dkim] = await Promise.all([asked, verification.finish(hasher)]);
  const dmarc =
    author.kind === 'author'
      ? await judgeDmarc({ author: author.domain, spf, dkim: dkim.signatures, resolver })
      : undefined;
  const results = [
    spfResult(spf.result, spf.identity, SENDER),
    ...dkimResults(dkim.signatures),
    ...(dmarc ? [dmarcResult(dmarc)] : []),
    ...(author.kind === 'author' ? [] : [dmarcWithoutAuthor(author.kind)]),
  ];
  return latin1(formatAuthenticationResults({ authservId: HOSTNAME, results }));
}

/** Asked with the same answers, each looked up once. */
function mailauthJudge(resolver: Resolver): Judge {
  const answers = new Map<string, Promise<unknown[]>>();
  const options = {
    ...CLIENT,
    sender: SENDER,
    mta: HOSTNAME,
    disableArc: true,
    disableBimi: true,
    resolver: (name: string, type: string) => {
      const question = `${type} ${name}`;
      const known = answers.get(question);
      if (known !== undefined) return known;
      const answer = likeNode(resolver, name, type as 'TXT' | 'A' | 'MX');
      answers.set(question, answer);
      return answer;
    },
  };
  return async (message) => (await authenticate(message, options as never)).headers;
}

/** As `dns.promises.resolve` answers. */
async function likeNode(resolver: Resolver, name: string, type: 'TXT' | 'A' | 'MX') {
  const answer = await resolver.resolve(name, type);
  if (answer.kind === 'records')
    return answer.records.map((record) =>
      typeof record === 'object' && 'exchange' in record
        ? { priority: record.preference, exchange: record.exchange }
        : record,
    );
  const code = { nxdomain: 'ENOTFOUND', 'no-data': 'ENODATA', failure: 'ESERVFAIL' }[answer.kind];
  throw Object.assign(new Error(code), { code });
}
