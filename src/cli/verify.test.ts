/** `hikyaku dkim verify` and `hikyaku arc verify`, run as a person runs them, against a declared DNS. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { hashBody } from '#protocol/dkim/body-hash';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import { sealMessage } from '#protocol/arc/seal';
import { declaredZone } from '../../test/support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../test/support/dns/declared-zone-server.ts';
import { runProgram } from '../../test/support/program/run-once.ts';
import type { CommandResult } from '../../test/support/program/running-server.ts';

const TIME = 1_790_000_000;
const pair = generateKeyPairSync('ed25519');
const KEY: SigningKey = {
  domain: 'example.test',
  selector: 's',
  algorithm: 'ed25519-sha256',
  privateKey: pair.privateKey,
};
const PLAIN = 'From: alice@example.test\r\nSubject: One\r\n\r\nHello\r\n';

let server: ZoneServer;
let folder: string;
let signed: string;
let sealed: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-verify-'));
  server = await serveZone(
    declaredZone({ 's._domainkey.example.test': { TXT: dnsRecordFor(pair.publicKey) } }),
  );
  signed = await sign(PLAIN);
  sealed = await seal(signed);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function sign(text: string): Promise<string> {
  const message = fromLatin1(text);
  const { bodyStart } = splitHeader(message);
  const body = [message.subarray(bodyStart)];
  const header = message.subarray(0, bodyStart);
  const options = { header, body, keys: [KEY], time: TIME, signBytes: signOffMainThread };
  return latin1(concat([await signMessage(options), message]));
}

async function seal(text: string): Promise<string> {
  const head = fromLatin1(text);
  const header = splitHeader(head);
  const body = head.subarray(header.bodyStart);
  const [hash] = await hashBody([body], [{ canonicalization: 'relaxed' }]);
  const made = await sealMessage({
    head,
    header,
    bodyHash: hash!.digest,
    chain: { cv: 'none', instance: 0 },
    results: utf8(' mx.example.test; dkim=pass\r\n'),
    key: KEY,
    time: TIME,
    signBytes: signOffMainThread,
  });
  assert.ok(made.kind === 'sealed');
  return latin1(made.fields) + text;
}

function run(
  words: readonly string[],
  input = '',
  dns: readonly string[] = ['--dns', `127.0.0.1:${server.port}`],
): Promise<CommandResult> {
  return runProgram([...words, ...dns], { input });
}

function dense(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

test('a signed message in a file passes, whatever its line ends have become', async () => {
  const file = path.join(folder, 'message.eml');
  await writeFile(file, signed.replaceAll('\r\n', '\n'), 'latin1');
  const { code, stdout, stderr } = await run(['dkim', 'verify', file]);
  assert.equal(code, 0);
  assert.match(stdout, /^DKIM of .*message\.eml\npass: the message is signed by example\.test\.\n/);
  assert.match(dense(stdout), /The body is as it was signed: .*\[RFC 6376 §3\.7\]/);
  assert.match(stderr, /^The lines end with LF alone/);
});

test('a changed message on standard input does not pass, and says what was changed', async () => {
  const { code, stdout } = await run(['dkim', 'verify', '-'], signed.replace('Hello', 'hello'));
  assert.equal(code, 1);
  const text = dense(stdout);
  assert.match(text, /^DKIM of standard input fail: no signature of the message passes\./);
  assert.match(text, /The header is as it was signed, with this key/);
  assert.match(text, /The body has been changed since it was signed\./);
});

test('JSON has signatures, and all steps with their texts in the language that was asked for', async () => {
  const { stdout } = await run(['dkim', 'verify', '-', '--json', '--lang', 'ja'], signed);
  const report = JSON.parse(stdout) as {
    signatures: { result: string; domain: string }[];
    steps: { step: string; text: string }[];
  };
  assert.deepEqual(
    report.signatures.map(({ result, domain }) => [result, domain]),
    [['pass', 'example.test']],
  );
  assert.match(report.steps.at(-1)!.text, /^pass：example\.test が署名した/);
});

test('a message without a signature, a file that is not there, a DNS that does not answer', async () => {
  const plain = await run(['dkim', 'verify', '-'], PLAIN);
  assert.deepEqual(
    [plain.code, plain.stdout.split('\n')[1]],
    [1, 'none: the message has no DKIM signature.'],
  );
  const gone = await run(['dkim', 'verify', path.join(folder, 'gone.eml')]);
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /gone\.eml cannot be read/);
  const nobody = ['--dns', '127.0.0.1:9'];
  const down = await run(['dkim', 'verify', '-'], signed, nobody);
  assert.equal(down.code, 2);
  assert.match(down.stderr, /the DNS could not be asked/);
});

test('a sealed message has a chain that passes, set by set', async () => {
  const { code, stdout } = await run(['arc', 'verify', '-'], sealed);
  assert.equal(code, 0);
  const text = dense(stdout);
  assert.match(text, /^ARC of standard input pass: the chain is whole;/);
  assert.match(text, /Set 1 is sealed by example\.test, .*: mx\.example\.test; dkim=pass/);
  assert.match(text, /Valid: the ARC-Seal of set 1, by example\.test\./);
});

test('a chain that fails counts as none, and the field at fault is named', async () => {
  const broken = await run(
    ['arc', 'verify', '-', '--lang', 'ja'],
    sealed.replace('dkim=pass', 'dkim=fail'),
  );
  assert.equal(broken.code, 1);
  assert.match(
    dense(broken.stdout),
    /fail：チェーンは存在しないものとして扱います：.*（1 番目の組の ARC-Seal）/,
  );
  const none = await run(['arc', 'verify', '-'], PLAIN);
  assert.deepEqual(
    [none.code, none.stdout.split('\n')[1]],
    [1, 'none: the message has no chain of ARC.'],
  );
});
