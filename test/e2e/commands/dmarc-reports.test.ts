/** `hikyaku dmarc reports` as a person runs it against a running server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from 'pg';
import type { DmarcAggregateReport, ReportedRow } from '#protocol/dmarc-report/report';
import { keepDmarcReport } from '#store/reports/dmarc-reports';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const DAY = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY) * DAY;

const row = (sourceIp: string, messages: number, passes: boolean): ReportedRow => ({
  sourceIp,
  messages,
  disposition: passes ? 'none' : 'quarantine',
  dkimAligned: passes,
  spfAligned: false,
  reasons: passes ? [] : [{ type: 'other', comment: '\u001b[2J\u202eevil' }],
  headerFrom: 'example.test',
  envelopeFrom: '',
  envelopeTo: '',
  dkim: passes ? [{ domain: 'service.example', selector: 's', result: 'pass' }] : [],
  spf: [],
});

const reportOn = (day: number): DmarcAggregateReport => ({
  organization: 'Big \u001b[31mMail',
  email: 'dmarc@big.test',
  extraContact: '',
  reportId: `${day}@big.test`,
  begin: TODAY - day * DAY,
  end: TODAY - (day - 1) * DAY - 1000,
  errors: [],
  generator: '',
  policy: {
    domain: 'example.test',
    discovery: 'treewalk',
    p: 'none',
    sp: 'none',
    np: 'none',
    fo: '',
    adkim: 'r',
    aspf: 'r',
    testing: 'n',
  },
  rows: [row('203.0.113.7', 12, false), row('198.51.100.9', 30, true)],
});

let server: RunningServer;
before(async () => {
  server = await startRunningServer();
  const client = new Client(server.connection);
  await client.connect();
  const keep = (day: number, signer: string) =>
    keepDmarcReport(client, { domain: 'example.test', signer }, reportOn(day), Date.now());
  for (const day of [3, 2, 1]) assert.equal(await keep(day, 'big.test'), 'kept');
  assert.equal(await keep(1, 'big.test'), 'known');
  assert.equal(await keep(1, ''), 'kept');
  await client.end();
});
after(() => server[Symbol.asyncDispose]());

test('reports are listed, of all domains or of one', async () => {
  const all = await server.json('dmarc', 'reports');
  assert.equal(all.length, 4);
  assert.deepEqual(all.map(({ signer, messages, passed }) => [signer, messages, passed])[1], [
    'big.test',
    42,
    30,
  ]);
  assert.equal((await server.json('dmarc', 'reports', '--domain', 'other.test')).length, 0);
  const table = await server.done('dmarc', 'reports', '--limit', '1');
  assert.match(table, /example\.test +none +Big .*no +30 +12/);
});

test('one report is shown row by row, and what a stranger wrote does not act on the terminal', async () => {
  const [newest] = await server.json<{ id: string }>('dmarc', 'reports', '--limit', '1');
  const shown = await server.done('dmarc', 'reports', 'show', newest!.id);
  assert.match(shown, /nobody vouches for it/);
  assert.match(shown, /203\.0\.113\.7 +12 +quarantine +fail +fail +example\.test/);
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(shown, /[\u001b\u202e]/);
  const [asJson] = await server.json<{ rows: object[] }>('dmarc', 'reports', 'show', newest!.id);
  assert.equal(asJson!.rows.length, 2);
  const missing = await server.command('dmarc', 'reports', 'show', '999999');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /there is no report 999999/);
});

test('sources are told in a sentence each, with what to do next', async () => {
  const sources = ['dmarc', 'reports', 'sources'];
  const told = await server.done(...sources, '--domain', 'example.test', '--lang', 'en');
  assert.deepEqual(told.trimEnd().split('\n'), [
    'example.test: 3 reports of the last 30 days',
    '1 more reports are not counted: nobody vouches for who sent them.',
    '  198.51.100.9 (service.example) passes in the name of example.test, a service of yours or a forwarder: 90 of 90 messages (100 %).',
    '  203.0.113.7 is unknown: 36 messages failed, 36 of them were quarantined or refused.',
    'Next: wait. In 3 days nobody reported mail from this server, so it is not known whether yours passes.',
  ]);
  const japanese = await server.done(...sources, '--lang', 'ja');
  assert.match(japanese, /203\.0\.113\.7（未知の送信元）：36 通が失敗し/);
  const rows = await server.json(...sources);
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['reports', 'source', 'source', 'advice'],
  );
  const elsewhere = await server.command(...sources, '--domain', 'other.test');
  assert.notEqual(elsewhere.code, 0);
  assert.match(elsewhere.stderr, /other\.test is not a domain of this server/);
});
