/** A real HAProxy before our listeners tells who the client is, by either version of its protocol. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { awaitBanner, freePort } from '../../support/machine/loopback-port.ts';
import { findMail } from '../../support/program/mailbox.ts';
import { peer } from '../../support/peers/installed.ts';
import {
  eventually,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const BOB = 'bob@example.test';
const haproxy = peer('haproxy');
/** Where the client is, as its server sees it; HAProxy itself comes from 127.0.0.1. */
const CLIENT = '127.0.0.77';

let server: RunningServer;
let balancer: ChildProcess;
let ports: { readonly v1: number; readonly v2: number; readonly submission: number };

function configuration(): string {
  const { smtp, submission } = server.ports;
  // the check connects for itself (LOCAL) and wants to see a greeting
  return `
global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen v1
  bind 127.0.0.1:${ports.v1}
  server mx 127.0.0.1:${smtp} send-proxy
listen v2
  bind 127.0.0.1:${ports.v2}
  server mx 127.0.0.1:${smtp} send-proxy-v2
listen submission
  bind 127.0.0.1:${ports.submission}
  option smtpchk EHLO balancer.test
  server submission 127.0.0.1:${submission} send-proxy-v2 check check-send-proxy inter 200ms
`;
}

describe('behind HAProxy', { skip: haproxy.skip }, () => {
  before(async () => {
    server = await startRunningServer({
      env: { HIKYAKU_SMTP_PROXY_FROM: '127.0.0.1', HIKYAKU_SUBMISSION_PROXY_FROM: '127.0.0.0/30' },
    });
    ports = { v1: await freePort(), v2: await freePort(), submission: await freePort() };
    const file = path.join(server.home, 'haproxy.cfg');
    await writeFile(file, configuration());
    balancer = spawn(haproxy.path, ['-db', '-f', file], { stdio: 'ignore' });
    await awaitBanner(ports.v1);
  });
  after(async () => {
    balancer?.kill();
    if (balancer?.exitCode === null) await once(balancer, 'exit');
    await server?.[Symbol.asyncDispose]();
  });

  for (const version of ['v1', 'v2'] as const) {
    test(`mail that comes by ${version} bears the address of the client`, async () => {
      await speak(ports[version], [
        'EHLO client.test',
        'MAIL FROM:<ann@sender.test>',
        `RCPT TO:<${BOB}>`,
        'DATA',
        `Subject: by ${version}\r\n\r\nx\r\n.`,
        'QUIT',
      ]);
      const mail = await findMail(server, BOB, `by ${version}`);
      const raw = await server.done('mail', 'raw', BOB, mail.id);
      assert.match(raw, /^Received: from client\.test .*\[127\.0\.0\.77\]/ms);
      const story = await server.done('message', 'trace', mail.messageId);
      assert.match(story, /127\.0\.0\.77 \(EHLO client\.test\)/);
    });
  }

  test('TLS and a login go through it, and its checks are no sessions that went wrong', async () => {
    const args = `smtp probe 127.0.0.1 --port ${ports.submission} --tls required --auth alice@example.test --from alice@example.test --to ${BOB}`;
    const more = ['--password-file', server.passwordFile, '--subject', 'through it'];
    await server.done(...args.split(' '), ...more);
    await findMail(server, BOB, 'through it');
    const refused = await server.query(`select from events where type = 'session.refused'`);
    assert.equal(refused.length, 0);
  });

  test('who comes past it is told so and heard no further', async () => {
    const said = await speak(server.ports.smtp, ['EHLO client.test'], '127.0.0.1');
    assert.match(said, /^421 |^$/);
    assert.doesNotMatch(said, /^250/m);
    // another address is no balancer, and needs no header
    assert.match(await speak(server.ports.smtp, ['EHLO client.test', 'QUIT']), /^250/m);
  });
});

/** Says each line once the answer to the one before is there; everything that was answered. */
async function speak(port: number, lines: readonly string[], from = CLIENT): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.setEncoding('utf8').on('error', () => {});
  let said = '';
  let replies = 0;
  socket.on('data', (text: string) => {
    said += text;
    replies = said.split('\r\n').filter((line) => /^\d{3} /.test(line)).length;
  });
  const closed = once(socket, 'close');
  for (const [i, line] of lines.entries()) {
    await eventually(`an answer before ${line}`, () => replies > i || socket.destroyed, 60);
    if (socket.destroyed) break;
    socket.write(`${line}\r\n`);
  }
  await eventually('the last answer', () => replies > lines.length || socket.destroyed, 60);
  socket.destroy();
  await closed;
  return said;
}
