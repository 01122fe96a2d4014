/** Tables of lists on the 80 columns of a usual terminal: with what is usual in them they fit, and what a row is known by is whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth } from '#mail/story/terminal-text';
import { Table, type Column } from '#cli/terminal/table';
import { LIST as COMPLAINTS } from './complaint.ts';
import { REPORT_COLUMNS, ROW_COLUMNS } from './dmarc/reports.ts';
import { COLUMNS as QUEUE } from './queue.ts';
import { COLUMNS as REPUTATION } from './reputation.ts';
import { COLUMNS as SUPPRESSED } from './suppression.ts';
import { COLUMNS as PLANS, DAY_COLUMNS } from './warm-up.ts';

const AT = '2026-11-24T13:05:09.000Z';
/** As long as an address usually is at most, 25 characters. */
const RECIPIENT = 'hanako.sato@bigmail7.test';
const USUAL = 'hanako@bigmail.test';

/** One table with these rows, which have the fields that its columns show. */
function shown<Row>(columns: readonly Column<Row>[], ...rows: readonly object[]): string[] {
  const lines = new Table(columns, { columns: 80, heading: (line) => line }).lines(
    rows as readonly Row[],
  );
  for (const line of lines) assert.ok(displayWidth(line) <= 80, `${displayWidth(line)}: ${line}`);
  return lines;
}

test('reputation list', () => {
  const ago = new Date(Date.now() - 3 * 86_400_000).toISOString();
  const row = { standing: 'unknown', score: 100, accepted: 12_345, junked: 1234, refused: 123 };
  const counts = { ...row, toJunk: 12, fromJunk: 3, countedAt: ago };
  const names = ['2001:db8:12::/64', 'example.org'];
  const lines = shown(REPUTATION, ...names.map((name) => ({ ...counts, name })));
  for (const [i, name] of names.entries()) assert.ok(lines[i + 1]!.startsWith(name), lines[i + 1]);
});

test('queue list: both addresses are whole, also long ones, and the reply has a line to stand on', () => {
  const from = { messageId: 'abcdefghijklm', arrivedAt: new Date().toISOString(), size: 12_345 };
  const path = { reversePath: 'newsletter@lists.example.test', forwardPath: RECIPIENT };
  const asOf = '2026-11-24T12:53:09.000Z';
  const state = { status: 'deferred', held: null, attempts: 12, nextAt: AT, heldBack: null, asOf };
  const lastReply = '451 4.7.1 Greylisted, please come back later';
  const lines = shown(QUEUE, { ...from, ...path, ...state, lastReply });
  assert.match(lines[2]!, new RegExp(`^abcdefghijklm .* ${RECIPIENT}  deferred   12  12m$`));
  assert.equal(lines[3], `  newsletter@lists.example.test  ${lastReply}`);
  const heldBack = { until: AT };
  const [, , slowed] = shown(QUEUE, { ...from, ...path, ...state, heldBack, forwardPath: USUAL });
  assert.match(slowed!, new RegExp(` ${USUAL} .* warm-up$`));
  const held = { status: 'held', held: 'operator', lastReply: null, forwardPath: USUAL };
  const [, , kept] = shown(QUEUE, { ...from, ...path, ...state, ...held });
  assert.match(kept!, new RegExp(` ${USUAL}  held: operator `));
});

test('suppression list', () => {
  const row = { address: RECIPIENT, stream: 'newsletter', reason: 'unknown-user' };
  const detail = `550 5.1.1 There is no ${RECIPIENT}.`;
  const at = new Date().toISOString();
  const lines = shown(SUPPRESSED, { ...row, since: at, until: at, detail });
  assert.ok(lines[2]!.startsWith(`${RECIPIENT} `), lines[2]);
  assert.equal(lines[3], `  ${detail}`);
});

test('complaint list', () => {
  const row = { receivedAt: new Date().toISOString(), address: RECIPIENT, feedbackType: 'abuse' };
  const of = { messageId: 'abcdefghijklm', stream: 'newsletter', site: 'mx.bigmail.test' };
  const lines = shown(COMPLAINTS, { ...row, ...of, reporter: 'fbl@bigmail.test' });
  assert.match(lines[2]!, new RegExp(` ${RECIPIENT} .* abcdefghijklm `));
  assert.equal(lines[3], '  fbl@bigmail.test  mx.bigmail.test');
});

test('dmarc reports, and the rows of one', () => {
  const row = { id: 123, beginsAt: AT, policyDomain: 'example.test', policy: { p: 'quarantine' } };
  const by = { organization: 'Enterprise Outlook', signer: 'microsoft.com' };
  shown(REPORT_COLUMNS, { ...row, ...by, passed: 1234, messages: 1236 });
  const source = { sourceIp: '2001:db8:12::25', messages: 1234, disposition: 'quarantine' };
  const from = { headerFrom: 'example.test', envelopeFrom: 'bounces.example.test' };
  const reasons = [{ type: 'mailing_list', comment: 'a known list' }];
  const lines = shown(ROW_COLUMNS, {
    ...source,
    ...from,
    dkimAligned: true,
    spfAligned: false,
    reasons,
  });
  assert.match(lines[2]!, / example\.test +bounces\.exa/);
  assert.equal(lines[3], '  mailing_list a known list');
});

test('warm-up list, and the days of a site', () => {
  const row = { site: 'bigmail.test', source: '192.0.2.123', state: 'stopped', day: 28 };
  const counts = { planned: 12_345, taken: 1234, deferred: 123, bounced: 12, target: 50_000 };
  shown(PLANS, { ...row, ...counts, restsUntil: AT });
  const more = { delivered: 1234, slowed: 123, refused: 12, complaints: 1, judged: 'halved' };
  shown(DAY_COLUMNS, { day: 28, beganAt: AT, ...counts, ...more });
});
