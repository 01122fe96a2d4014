/** Commands that dial and ask by themselves, beside a practice Internet: its calendar is meant, and its authority is known. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { findMail } from '../../support/program/mailbox.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';
const DAY = 24 * 60 * 60 * 1000;

let server: RunningServer;

before(async () => {
  const env = { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: await freeLabPrefix() };
  server = await startRunningServer({ env });
  await server.done('lab', 'clock', '3d');
});
after(() => server[Symbol.asyncDispose]());

/** Whether a time is about that of the practice Internet. */
function isThere(time: number): boolean {
  return Math.abs(time - (Date.now() + 3 * DAY)) < DAY / 2;
}

test('smtp probe knows the certificates of the practice Internet, and dates its letter by its calendar', async () => {
  const verified = await server.json<Record<string, unknown>>(
    'smtp',
    'probe',
    'mx.bigmail.test',
    '--tls',
    'verified',
  );
  assert.deepEqual(verified.at(-1), { kind: 'well', stage: 'tls' });
  const args =
    `smtp probe 127.0.0.1 --port ${server.ports.submission} --tls required --auth ${ALICE} ` +
    `--password-file ${server.passwordFile} --from ${ALICE} --to ${BOB} --subject dated`;
  await server.done(...args.split(' '));
  const { id } = await findMail(server, BOB, 'dated');
  const raw = await server.done('mail', 'raw', BOB, id);
  const [, date] = /^Date: (.*)\r$/m.exec(raw) ?? [];
  assert.ok(isThere(Date.parse(date!)), date);
});

test('a policy of MTA-STS is fetched from its host there', async () => {
  const [decision] = await server.json<{ by: string; hosts: { mode: string }[] }>(
    'tls',
    'policy',
    'bigmail.test',
  );
  assert.deepEqual(
    decision!.hosts.map(({ mode }) => mode),
    ['enforce'],
  );
});
