/**
 * Row: mail that arrives from a stranger, judged by SPF, DKIM (RSA-2048) and DMARC with answers out of a DNS cache, and stored in a mailbox.
 * Peer: Postfix with policyd-spf, OpenDKIM and OpenDMARC. Both must be seen to have judged: what lies in the mailboxes says so.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { DeclaredName } from '../../test/support/dns/declared-zone.ts';
import type { Contender } from '../contender.ts';
import { hikyakuToMailbox } from '../peers/hikyaku.ts';
import { postfixVerifying } from '../peers/postfix-verifying.ts';
import { compare } from '../rounds.ts';
import type { BenchOptions, BenchResult, Row } from '../row.ts';

const MAILBOXES = Array.from({ length: 10 }, (_, index) => `user${index}@example.test`);
const STRANGER = 'sender.test';
const SELECTOR = 'load';
/** Of this machine's caching DNS server: nobody else has it. */
const NAMESERVER = '127.0.53.25';

export const receiveRow: Row = {
  name: 'receive-4k-20-kept',
  title: 'receive: SPF, DKIM, DMARC, store, deliver: 4k, 20 sessions, kept connections',
  run: receive,
};

async function receive(options: BenchOptions): Promise<BenchResult[]> {
  await using stack = new AsyncDisposableStack();
  const { parent } = options;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = path.join(parent, 'stranger.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const keys = { [`${SELECTOR}._domainkey.${STRANGER}`]: dnsRecordFor(publicKey) };
  stack.use(await startDns(parent, zoneOf(keys)));
  const peer = { mailboxes: MAILBOXES, nameserver: NAMESERVER, keys, verified };
  const contenders: Contender[] = [stack.use(await postfixVerifying(parent, peer))];
  if (!options.peersOnly) contenders.push(stack.use(await hikyakuVerifying(parent)));
  const from = ['--from', `ann@${STRANGER}`, '--dkim-key', keyFile, '--dkim-selector', SELECTOR];
  const to = ['--recipient', `user%d@example.test:${MAILBOXES.length}`];
  const workload = [...from, ...to, '--size', '4096', '--sessions', '20'];
  // Awaited here: the contenders end with this function.
  return await compare(
    { row: receiveRow.name, contenders, workload, messages: 3000, goal: '4×' },
    options,
  );
}

/** What any of them asks for. The load says that it is `load.example.test`. */
function zoneOf(keys: Readonly<Record<string, string>>): Record<string, DeclaredName> {
  const names: Record<string, DeclaredName> = {
    [STRANGER]: { MX: `10 mx.${STRANGER}`, TXT: 'v=spf1 ip4:127.0.0.1 -all' },
    [`mx.${STRANGER}`]: { A: '127.0.0.1' },
    ...Object.fromEntries(Object.entries(keys).map(([name, TXT]) => [name, { TXT }])),
    [`_dmarc.${STRANGER}`]: { TXT: 'v=DMARC1; p=reject' },
    'load.example.test': { A: '127.0.0.1', TXT: 'v=spf1 a -all' },
    '1.0.0.127.in-addr.arpa': { PTR: 'load.example.test' },
  };
  return Object.fromEntries(
    Object.entries(names).map(([name, declared]) => [name, { ...declared, ttl: 86_400 }]),
  );
}

async function startDns(
  parent: string,
  zone: Record<string, DeclaredName>,
): Promise<AsyncDisposable> {
  const file = path.join(parent, 'zone.json');
  await writeFile(file, JSON.stringify(zone));
  const program = path.resolve(import.meta.dirname, '../zone-server.ts');
  const args = [program, '--zone', file, '--cache', NAMESERVER];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line');
  const first = await Promise.race([line, exit.then(() => undefined)]);
  if (first === undefined) throw new Error(`no DNS server on port 53 of ${NAMESERVER}`);
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exit;
    },
  };
}

async function hikyakuVerifying(parent: string): Promise<Contender> {
  const plain = await hikyakuToMailbox(parent, MAILBOXES, { HIKYAKU_DNS: `${NAMESERVER}:53` });
  const { server } = plain;
  return {
    ...plain,
    async check(messages) {
      await plain.check!(messages);
      for (const address of MAILBOXES) {
        const list = await server.command('mail', 'list', address, '--json', '--limit', '1');
        const { id } = JSON.parse(list.slice(0, list.indexOf('\n'))) as { id: string };
        verified(await server.command('mail', 'raw', address, id));
      }
    },
    [Symbol.asyncDispose]: () => plain[Symbol.asyncDispose](),
  };
}

/** @throws Error where the fields of the server do not say that SPF, DKIM and DMARC passed */
function verified(message: string): void {
  const header = message.slice(0, message.search(/\r?\n\r?\n/)).replaceAll(/\r?\n[ \t]+/g, ' ');
  const results = header.split(/\r?\n/).filter((line) => /^authentication-results:/i.test(line));
  for (const method of ['spf', 'dkim', 'dmarc'])
    if (!results.some((line) => new RegExp(`\\b${method}=pass\\b`).test(line)))
      throw new Error(`${method}=pass is missing:\n${header}`);
}
