/**
 * Our signatures, judged by verifiers of others as Debian ships them, `opendkim-testmsg` (OpenDKIM) and
 * `dkimverify` (dkimpy); and their signatures, judged by ours. The verifiers can only ask the DNS, so each is run
 * in namespaces of its own where port 53 answers from a declared zone (dkim-verifiers/with-declared-dns.py).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/fields';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { verifyMessage } from '#protocol/dkim/verify';
import { peer, pythonPeer } from '../support/peer.ts';

const TIME = 1_790_000_000;
const DOMAIN = 'example.test';
const WRAPPER = fileURLToPath(new URL('dkim-verifiers/with-declared-dns.py', import.meta.url));
const NAMESPACES = ['--user', '--map-root-user', '--net', '--mount'];

const opendkim = peer('opendkim-testmsg', 'opendkim-tools');
const dkimverify = peer('dkimverify', 'python3-dkim');
const dkimsign = peer('dkimsign', 'python3-dkim');
const python = pythonPeer('dns.message', 'python3-dnspython');
const unshare = peer('unshare', 'util-linux');
const world = python.skip || unshare.skip || namespacesRefused();

const folder = mkdtempSync(path.join(tmpdir(), 'dkim-verifiers-'));
after(() => rmSync(folder, { recursive: true }));

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const RSA: SigningKey = {
  domain: DOMAIN,
  selector: 'rsa',
  algorithm: 'rsa-sha256',
  privateKey: rsa.privateKey,
};
const ED25519: SigningKey = {
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

const HEADER =
  `From: Alice <alice@${DOMAIN}>\r\nTo: bob@example.com,\r\n\t carol@example.com\r\n` +
  'Subject:  Two  spaces \t\r\n and a fold\r\nDate: Mon, 21 Sep 2026 14:13:20 +0000\r\n' +
  `Message-ID: <1@${DOMAIN}>\r\nMIME-Version: 1.0\r\n`;

/** Random octets, so that nothing depends on a lucky body. */
function base64Body(octets: number): string {
  return randomBytes(octets)
    .toString('base64')
    .replaceAll(/.{76}/g, (line) => `${line}\r\n`);
}

const MESSAGES: Readonly<Record<string, Uint8Array>> = {
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

describe('OpenDKIM accepts our signatures', { skip: opendkim.skip || world }, () => {
  judgedBy((message) => inDeclaredWorld([opendkim.path], message));
});

describe('dkimpy accepts our signatures', { skip: dkimverify.skip || world }, () => {
  judgedBy((message) => inDeclaredWorld([dkimverify.path], message));

  test('both of a message with two', async () => {
    const message = await signed(MESSAGES['odd white space']!, [RSA, ED25519]);
    assert.ok(inDeclaredWorld([dkimverify.path, '--index', '0'], message));
    assert.ok(inDeclaredWorld([dkimverify.path, '--index', '1'], message));
  });
});

/** The tests of one verifier, which says whether a message verifies. */
function judgedBy(verifies: (message: Uint8Array) => boolean): void {
  for (const key of [RSA, ED25519]) {
    for (const [name, message] of Object.entries(MESSAGES)) {
      test(`${key.algorithm}: ${name}`, async () => {
        assert.ok(verifies(await signed(message, [key])));
      });
    }
    test(`${key.algorithm}: not with another body, not with a Reply-To that is added`, async () => {
      const message = await signed(MESSAGES['odd white space']!, [key]);
      assert.equal(verifies(concat([message, fromLatin1('more\r\n')])), false);
      assert.equal(verifies(concat([fromLatin1('Reply-To: eve@example.com\r\n'), message])), false);
    });
  }
}

describe('we accept signatures of dkimpy', { skip: dkimsign.skip }, () => {
  for (const header of ['simple', 'relaxed']) {
    for (const body of ['simple', 'relaxed']) {
      const canonicalization = ['--hcanon', header, '--bcanon', body];
      acceptsDkimpy(`rsa-sha256, ${header}/${body}`, () => {
        const key = keyFile('rsa.pem', pem(rsa.privateKey));
        return ['rsa', DOMAIN, key, ...canonicalization];
      });
    }
  }
  acceptsDkimpy('ed25519-sha256, relaxed/simple', () => {
    // its keys are the 32 octets of the seed, in base64
    const seed = Buffer.from(ed25519.privateKey.export({ format: 'jwk' }).d!, 'base64url');
    const key = keyFile('ed25519.seed', seed.toString('base64'));
    return ['ed', DOMAIN, key, '--signalg', 'ed25519-sha256'];
  });
});

function acceptsDkimpy(kind: string, options: () => string[]): void {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(`${kind}: ${name}`, async () => {
      const made = run(dkimsign.path, options(), message);
      assert.equal(made.status, 0, made.stderr);
      assert.deepEqual(await verdicts(fromLatin1(made.stdout)), ['pass']);
    });
  }
}

test(
  'what OpenDKIM’s test program signs is SHA-1, and refused',
  { skip: opendkim.skip },
  async () => {
    const key = keyFile('rsa.pem', pem(rsa.privateKey));
    const options = ['-C', '-d', DOMAIN, '-s', 'rsa', '-k', key];
    const made = run(opendkim.path, options, MESSAGES['odd white space']!);
    assert.equal(made.status, 0, made.stderr);
    assert.deepEqual(await verdicts(fromLatin1(made.stdout)), ['policy sha1']);
  },
);

async function signed(message: Uint8Array, keys: readonly SigningKey[]): Promise<Uint8Array> {
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

async function verdicts(message: Uint8Array): Promise<string[]> {
  const { bodyStart } = splitHeader(message);
  const { signatures } = await verifyMessage({
    header: message.subarray(0, bodyStart),
    body: [message.subarray(bodyStart)],
    async lookup(name) {
      const record = records[name];
      return record === undefined ? { kind: 'none' } : { kind: 'records', records: [record] };
    },
    // theirs carry the machine's time, which is the time to judge them by
    now: Date.now() / 1000,
  });
  return signatures.map(({ result, reason }) => (reason ? `${result} ${reason}` : result));
}

/** Runs a verifier; true for exit 0, false for the status with which both say that a signature is bad. */
function inDeclaredWorld(command: readonly string[], message: Uint8Array): boolean {
  const options = [...NAMESPACES, python.path, WRAPPER, zoneFile, ...command];
  const { status, stderr } = run(unshare.path, options, message);
  assert.ok(status === 0 || /bad signature|mismatch|verification failed/i.test(stderr), stderr);
  return status === 0;
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

function keyFile(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

function pem(key: KeyObject): string {
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
