/**
 * Messages, keys and a DNS for verifiers of others. They can only ask the DNS, so each is run in namespaces of its own where
 * port 53 answers from a declared zone (with-declared-dns.py).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { KeyLookup } from '#protocol/dkim/report';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import { peer, perlPeer, pythonPeer } from '../../support/peers/installed.ts';

export const TIME = 1_790_000_000;
export const DOMAIN = 'example.test';
const WRAPPER = fileURLToPath(new URL('with-declared-dns.py', import.meta.url));
const NAMESPACES = ['--user', '--map-root-user', '--net', '--mount'];

const python = pythonPeer('dns.message', 'python3-dnspython');
const unshare = peer('unshare', 'util-linux');
/** Why there is no such world here. */
export const noWorld: false | string = python.skip || unshare.skip || namespacesRefused();

const folder = mkdtempSync(path.join(tmpdir(), 'dkim-verifiers-'));
after(() => rmSync(folder, { recursive: true }));

export const rsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ed25519: KeyPair = generateKeyPairSync('ed25519');

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const RSA: SigningKey = {
  domain: DOMAIN,
  selector: 'rsa',
  algorithm: 'rsa-sha256',
  privateKey: rsa.privateKey,
};
export const ED25519: SigningKey = {
  domain: DOMAIN,
  selector: 'ed',
  algorithm: 'ed25519-sha256',
  privateKey: ed25519.privateKey,
};

const records: Readonly<Record<string, string>> = {
  [`rsa._domainkey.${DOMAIN}`]: dnsRecordFor(rsa.publicKey),
  [`ed._domainkey.${DOMAIN}`]: dnsRecordFor(ed25519.publicKey),
};
const zoneFile = path.join(folder, 'zone.json');
writeFileSync(zoneFile, JSON.stringify(records));

/** The same DNS for ours. */
const lookup: KeyLookup = async (name) => {
  const record = records[name];
  return record === undefined ? { kind: 'none' } : { kind: 'records', records: [record] };
};

const HEADER =
  `From: Alice <alice@${DOMAIN}>\r\nTo: bob@example.com,\r\n\t carol@example.com\r\n` +
  'Subject:  Two  spaces \t\r\n and a fold\r\nDate: Mon, 21 Sep 2026 14:13:20 +0000\r\n' +
  `Message-ID: <1@${DOMAIN}>\r\nMIME-Version: 1.0\r\n`;

export const MESSAGES: Readonly<Record<string, Uint8Array>> = {
  'odd white space': fromLatin1(`${HEADER}\r\nHello  Bob, \r\n\tbye \t\r\n\r\n \r\n\r\n`),
  'an empty body': fromLatin1(`${HEADER}\r\n`),
  'a body of empty lines': fromLatin1(`${HEADER}\r\n\r\n\r\n\r\n`),
  'UTF-8 in header and body': utf8(`${HEADER}Reply-To: Zoë <zoe@${DOMAIN}>\r\n\r\nGrüße  飛脚\r\n`),
  'a list with one-click unsubscription': fromLatin1(
    `Received: from a by b; Mon, 21 Sep 2026 14:13:21 +0000\r\n${HEADER}List-Id: <l.${DOMAIN}>\r\n` +
      `List-Unsubscribe: <https://${DOMAIN}/u>\r\n` +
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nNews\r\n',
  ),
  '300 KB of base64': fromLatin1(`${HEADER}\r\n${base64Body(225_000)}\r\n`),
};

/** Random octets, so that nothing depends on a lucky body. */
function base64Body(octets: number): string {
  return randomBytes(octets)
    .toString('base64')
    .replaceAll(/.{76}/g, (line) => `${line}\r\n`);
}

/** The message with a DKIM-Signature of ours for each key. */
export async function signed(
  message: Uint8Array,
  keys: readonly SigningKey[],
): Promise<Uint8Array> {
  const { bodyStart } = splitHeader(message);
  const fields = await signMessage({
    header: message.subarray(0, bodyStart),
    body: [message.subarray(bodyStart)],
    keys,
    time: TIME,
    signBytes: signOffMainThread,
  });
  return concat([fields, message]);
}

/** Runs a verifier; true for exit 0, false for the status with which they say that a signature is bad. */
export function inDeclaredWorld(command: readonly string[], message: Uint8Array): boolean {
  const { status, stderr } = runInDeclaredWorld(command, message);
  assert.ok(status === 0 || /bad signature|mismatch|verification failed/i.test(stderr), stderr);
  return status === 0;
}

export function runInDeclaredWorld(
  command: readonly string[],
  message: Uint8Array,
): ReturnType<typeof run> {
  const options = [...NAMESPACES, python.path, WRAPPER, zoneFile, ...command];
  return run(unshare.path, options, message);
}

function run(
  program: string,
  options: readonly string[],
  input: Uint8Array,
): { status: number | null; stdout: string; stderr: string } {
  const result = spawnSync(program, options, { input, timeout: 30_000, maxBuffer: 16e6 });
  return {
    status: result.status,
    stdout: latin1(result.stdout),
    stderr: latin1(result.stderr) + latin1(result.stdout.subarray(0, 200)),
  };
}

export function keyFile(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

export function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** Why namespaces cannot be made here, which is as good as a missing peer. */
function namespacesRefused(): false | string {
  const { status } = spawnSync(unshare.path, [...NAMESPACES, 'true'], { stdio: 'ignore' });
  if (status === 0) return false;
  const reason = 'this machine refuses user namespaces, in which the verifiers see a declared DNS';
  if (process.env['HIKYAKU_PEERS'] === 'required') throw new Error(reason);
  return reason;
}

/** Of Debian; skipped where it is not installed. */
export const perl = perlPeer('Mail::DKIM::ARC::Verifier', 'libmail-dkim-perl');
const MAIL_DKIM = fileURLToPath(new URL('mail-dkim.pl', import.meta.url));

/** Whether Mail::DKIM accepts the signatures of a message, or its chain. */
export function byMailDkim(what: 'dkim' | 'arc', message: Uint8Array): boolean {
  return inDeclaredWorld([perl.path, MAIL_DKIM, what], message);
}

/** What a program of others makes of a message. */
export function madeBy(
  program: string,
  options: readonly string[],
  message: Uint8Array,
): Uint8Array {
  const made = run(program, options, message);
  assert.equal(made.status, 0, made.stderr);
  return fromLatin1(made.stdout);
}

/** A message as our verifiers take it, at a time that suits whoever signs by the machine's. */
export function judged(message: Uint8Array) {
  const { bodyStart } = splitHeader(message);
  return {
    header: message.subarray(0, bodyStart),
    body: [message.subarray(bodyStart)],
    lookup,
    now: Math.max(Date.now() / 1000, TIME),
  };
}
