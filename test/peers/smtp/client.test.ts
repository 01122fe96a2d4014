/** Our outbound client against Postfix's smtp-sink: its default offer, and with extensions and replies taken away. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { awaitBanner, freePort } from '../../support/machine/loopback-port.ts';
import { peer } from '../../support/peers/installed.ts';
import { mailOf, sessionTo } from '../../support/smtp/client.ts';

const sink = peer('smtp-sink', 'postfix');

interface RunningSink extends AsyncDisposable {
  readonly port: number;
  /** The mails dumped so far, whole, as smtp-sink writes them. */
  dumps(): Promise<string[]>;
}

async function startSink(options: readonly string[] = []): Promise<RunningSink> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'hikyaku-sink-'));
  const asUser = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = spawn(
    sink.path,
    [...asUser, ...options, '-d', join(folder, 'mail.'), `127.0.0.1:${port}`, '100'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    await awaitBanner(port);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    port,
    async dumps() {
      const names = (await readdir(folder)).sort();
      return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const BODY = '.\r\n..\r\n...dots\r\n.hidden\r\nlast\r\n';
const TEXT = `Subject: hello\r\n\r\n${BODY}`;

for (const [name, options] of [
  ['with all it offers', []],
  ['without PIPELINING', ['-p']],
  ['without EHLO', ['-e']],
  ['without 8BITMIME', ['-8']],
] as const) {
  test(
    `smtp-sink ${name} takes several mails on one connection, dots and all`,
    { skip: sink.skip },
    async () => {
      await using server = await startSink(options);
      await using session = await sessionTo(server.port);
      for (let i = 0; i < 3; i++) {
        const { outcomes } = await session.deliver(mailOf(TEXT, ['a@peer.test', 'b@peer.test']));
        assert.deepEqual(
          outcomes.map((outcome) => outcome.kind),
          ['delivered', 'delivered'],
        );
      }
      assert.equal(session.reusable, true);
      const dumps = await server.dumps();
      assert.equal(dumps.length, 3);
      for (const dump of dumps) assert.ok(dump.includes(BODY.replaceAll('\r\n', '\n')), dump);
    },
  );
}

test(
  'smtp-sink that refuses at a stage gives the outcome of that stage',
  { skip: sink.skip },
  async () => {
    for (const [option, verb, stage] of [
      ['-f', 'MAIL', 'mail'],
      ['-f', 'RCPT', 'rcpt'],
      ['-f', 'DATA', 'data'],
      ['-f', '.', 'end-of-data'],
      ['-r', 'RCPT', 'rcpt'],
    ] as const) {
      await using server = await startSink([option, verb]);
      await using session = await sessionTo(server.port);
      const [outcome] = (await session.deliver(mailOf(TEXT))).outcomes;
      assert.ok(
        outcome?.kind === (option === '-f' ? 'failed' : 'deferred'),
        JSON.stringify(outcome),
      );
      assert.equal(outcome.stage, stage);
    }
  },
);

test('smtp-sink that hangs up at a stage defers', { skip: sink.skip }, async () => {
  for (const verb of ['MAIL', 'RCPT', 'DATA', '.']) {
    await using server = await startSink(['-q', verb]);
    await using session = await sessionTo(server.port);
    const [outcome] = (await session.deliver(mailOf(TEXT))).outcomes;
    assert.equal(outcome?.kind, 'deferred', verb);
    assert.equal(session.reusable, false);
  }
});
