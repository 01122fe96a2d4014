/**
 * What leaves by the relay, octet for octet: a submission gets what it lacks, loses what only its author may see, is signed for what is
 * left, and its body is nobody's to touch.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { latin1 } from '#bytes';
import { connectSubmissions, login } from '../../support/smtp/login.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { startSmtpPeer, type SmtpTestPeer } from '../../support/smtp/scripted-peer.ts';
import { findMail } from '../../support/program/mailbox.ts';

const ALICE = 'alice@example.test';

let server: RunningServer;
let peer: SmtpTestPeer;

before(async () => {
  server = await startRunningServer();
  peer = await startSmtpPeer({ extensions: ['8BITMIME', 'PIPELINING', 'CHUNKING'] });
  const where = ['--host', '127.0.0.1', '--port', String(peer.port), '--tls', 'none'];
  await server.done('route', 'set', 'relay.test', ...where);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

/** Submits octets as they are, and answers what the relay got of them. */
async function relayed(message: string): Promise<string> {
  const count = peer.accepted.length;
  await using client = await connectSubmissions(server.ports.submissions);
  const granted = await login(client, { mechanism: 'PLAIN', username: ALICE, password: PASSWORD });
  assert.match(granted, /^235/);
  await client.ask(`MAIL FROM:<${ALICE}> BODY=8BITMIME`);
  await client.ask('RCPT TO:<x@relay.test>');
  assert.match((await client.ask('DATA'))[0]!, /^354/);
  client.write(Buffer.from(`${message.replaceAll(/^\./gm, '..')}.\r\n`, 'latin1'));
  assert.match((await client.line()) ?? '', /^250/);
  const mail = await eventually('the relay has it', () => peer.accepted[count]);
  return latin1(mail.content);
}

/** The outside referee's word on each signature, with our keys as the DNS would serve them. */
async function signatures(message: string): Promise<string[]> {
  const keys = await server.json<{ name: string; record: string }>('dkim', 'list', 'example.test');
  const { results } = await dkimVerify(Buffer.from(message, 'latin1'), {
    resolver: (name: string) => {
      const key = keys.find((one) => one.name.replace(/\.$/, '') === name);
      return Promise.resolve(key === undefined ? [] : [[key.record]]);
    },
  });
  return results.map(({ status }) => status.result);
}

const BODY =
  '..leading dots\r\n.\tand a tab \r\n\r\n8-bit: Gr\xc3\xbc\xc3\x9fe\r\nBcc: in the body\r\ntrailing blanks  \r\n\r\n\r\n';

test('a bare message leaves with what it lacks, signed, its body as it came', async () => {
  const message = await relayed(`Subject: bare\r\nTo: x@relay.test\r\n\r\n${BODY}`);
  const [header, body] = split(message);
  assert.equal(body, BODY);
  for (const field of [
    /^Received: /m,
    /^From: alice@example\.test\r$/m,
    /^Date: \w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} [+-]\d{4}\r$/m,
    /^Message-ID: <[^<>\s]+@example\.test>\r$/m,
  ]) {
    assert.match(header, field);
    assert.equal([...header.matchAll(new RegExp(field, 'gm'))].length, 1, field.source);
  }
  assert.ok(header.endsWith('Subject: bare\r\nTo: x@relay.test\r\n'));
  assert.deepEqual(await signatures(message), ['pass', 'pass']);
});

test('blind recipients are seen by nobody else: not in a field, not in another, not by the name of the field', async () => {
  const given =
    `From: ${ALICE}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <given@x.test>\r\n` +
    'Bcc: secret@hidden.test,\r\n secret2@hidden.test\r\nTo: x@relay.test\r\nBCC:secret3@hidden.test\r\n' +
    `Resent-From: ${ALICE}\r\nresent-bcc : secret4@hidden.test\r\nSubject: blind\r\n\r\n${BODY}`;
  const message = await relayed(given);
  const [header, body] = split(message);
  assert.equal(body, BODY);
  assert.doesNotMatch(header, /bcc|hidden/i);
  assert.ok(
    header.endsWith(
      `From: ${ALICE}\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nMessage-ID: <given@x.test>\r\n` +
        `To: x@relay.test\r\nResent-From: ${ALICE}\r\nSubject: blind\r\n`,
    ),
    header,
  );
  assert.deepEqual(await signatures(message), ['pass', 'pass']);
});

test('a local recipient sees no blind ones either', async () => {
  const args = `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} --from ${ALICE} --to bob@example.test`;
  const file = `${server.home}/blind.eml`;
  await writeFile(file, 'Subject: blind here\nBcc: secret@hidden.test\n\nhi\n');
  await server.done(...args.split(' '), '--password-file', server.passwordFile, '--data', file);
  const { id } = await findMail(server, 'bob@example.test', 'blind here');
  assert.doesNotMatch(await server.done('mail', 'raw', 'bob@example.test', id), /bcc|hidden/i);
});

function split(message: string): [header: string, body: string] {
  const at = message.indexOf('\r\n\r\n');
  return [message.slice(0, at + 2), message.slice(at + 4)];
}
