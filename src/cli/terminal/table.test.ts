import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { displayWidth } from '#mail/story/terminal-text';
import { briefTime } from './terminal.ts';
import { cut, Table, type Column } from './table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly text: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', value: (row) => row.name },
  { title: 'COUNT', value: (row) => row.count, align: 'right' },
  { title: 'TEXT', value: (row) => row.text, shrinks: true },
];

function table(columns: number | undefined): Table<Row> {
  return new Table(COLUMNS, { columns, heading: (line) => line });
}

test('columns line up where characters are two columns wide', () => {
  const lines = table(undefined).lines([
    { name: '日本語', count: 7, text: 'a' },
    { name: 'ascii', count: 1234, text: 'b' },
  ]);
  assert.deepEqual(lines, ['NAME    COUNT  TEXT', '日本語      7  a', 'ascii    1234  b']);
});

test('control characters of others are shown, not sent to the terminal', () => {
  const [, line] = table(undefined).lines([{ name: '\x1b[2J\u202e', count: 1, text: 'a\nb' }]);
  assert.equal(line, String.raw`\x1b[2J\u{202e}      1  a\x0ab`);
});

test('the shrinking column is cut to the width of the terminal, and only there', () => {
  const row = { name: 'n', count: 1, text: 'x'.repeat(100) };
  const [, shown] = table(40).lines([row]);
  assert.equal(displayWidth(shown!), 40);
  assert.ok(shown!.endsWith('x…'));
  const [, whole] = table(undefined).lines([row]);
  assert.ok(whole!.endsWith('x'.repeat(100)));
});

test('a list of mail fits into the 80 columns of a usual terminal', () => {
  // id, message, received, mailbox, size: 2 + 13 + 19 + 13 + 4 columns that are never cut
  const fixed = [2, 13, 19, 13, 4].map((width) => ({ title: '', value: () => 'x'.repeat(width) }));
  const text = { title: '', value: () => '長い題名と長い名前の差出人', shrinks: true };
  const options = { columns: 80, heading: (line: string) => line };
  const lines = new Table([...fixed, text, text], options).lines([{}]);
  assert.ok(
    lines.every((line) => displayWidth(line) <= 80),
    lines.join('\n'),
  );
});

test('where nothing has to fit, a long value is whole; on a terminal only what is there to be copied', () => {
  const long = 'x'.repeat(500);
  const row = { name: long, count: 1, text: long };
  assert.equal(table(undefined).lines([row])[1], `${long}      1  ${long}`);
  const record = [{ title: 'DATA', value: () => long, isCopied: true }];
  const options = { columns: 80, heading: (line: string) => line };
  assert.deepEqual(new Table(record, options).lines([row]), ['DATA', long]);
  const others = [{ title: 'DATA', value: () => long }];
  assert.equal(new Table(others, options).lines([row])[1], `${'x'.repeat(400)}… (+100)`);
});

test('rows that come later keep the widths of the first ones, without a second heading', () => {
  const growing = table(undefined);
  growing.lines([{ name: 'n', count: 1, text: 'a' }]);
  assert.deepEqual(growing.lines([{ name: 'longer', count: 2, text: 'b' }]), ['longer      2  b']);
});

test('a cut text never is wider than asked for', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 40 }),
      (text, columns) => {
        assert.ok(displayWidth(cut(text, columns)) <= columns);
      },
    ),
    { numRuns: 200 },
  );
});

test('several columns that shrink end up alike', () => {
  const columns: readonly Column<Row>[] = [
    { title: 'NAME', value: (row) => row.name, shrinks: true },
    { title: 'TEXT', value: (row) => row.text, shrinks: true },
  ];
  const [, line] = new Table(columns, { columns: 42, heading: (text) => text }).lines([
    { name: 'n'.repeat(60), count: 0, text: 't'.repeat(35) },
  ]);
  assert.equal(line, `${'n'.repeat(19)}…  ${'t'.repeat(19)}…`);
});

test('where a line would be too long, what can be said in fewer columns is, before anything is cut', () => {
  const columns: readonly Column<Row>[] = [
    { title: 'TIME', value: () => '2026-11-24 13:05:09', brief: () => '11-24 13:05' },
    { title: 'TEXT', value: (row) => row.text, shrinks: true },
  ];
  const linesAt = (width: number | undefined): string[] => {
    const shown = new Table(columns, { columns: width, heading: (line) => line });
    return [...shown.lines([{ name: '', count: 0, text: 'x'.repeat(20) }])].concat(
      shown.lines([{ name: '', count: 0, text: 'later' }]),
    );
  };
  const whole = `2026-11-24 13:05:09  ${'x'.repeat(20)}`;
  assert.equal(linesAt(undefined)[1], whole);
  assert.equal(linesAt(whole.length)[1], whole);
  const brief = `11-24 13:05  ${'x'.repeat(20)}`;
  assert.deepEqual(linesAt(whole.length - 1).slice(1), [brief, '11-24 13:05  later']);
  assert.equal(linesAt(brief.length - 1)[1], `11-24 13:05  ${'x'.repeat(18)}…`);
});

/** What a queue shows: who wrote, to whom, and what was said last. */
const LETTERS: readonly Column<{ from: string; to: string; reply: string }>[] = [
  { title: 'FROM', value: (row) => row.from, below: true },
  { title: 'TO', value: (row) => row.to, shrinks: true },
  { title: 'REPLY', value: (row) => row.reply, below: true },
];

test('where a line would be too long, columns that may stand below do, each row over a line of its own', () => {
  const rows = [
    { from: 'alice@example.test', to: 'hanako@bigmail.test', reply: '451 later' },
    { from: 'bob@example.test', to: 'taro@bigmail.test', reply: '' },
    { from: '', to: 'jiro@bigmail.test', reply: '421 busy' },
    { from: '', to: 'none@bigmail.test', reply: '' },
  ];
  const heading = (line: string): string => `[${line}]`;
  const narrow = new Table(LETTERS, { columns: 31, heading });
  const later = [{ from: 'carol@example.test', to: 'x@bigmail.test', reply: '450 not yet' }];
  assert.deepEqual(
    [...narrow.lines(rows), ...narrow.lines(later)],
    [
      '[TO]',
      '[  FROM  REPLY]',
      'hanako@bigmail.test',
      '  alice@example.test  451 later',
      'taro@bigmail.test',
      '  bob@example.test',
      'jiro@bigmail.test',
      '  421 busy',
      'none@bigmail.test',
      'x@bigmail.test',
      '  carol@example.test  450 not …',
    ],
  );
  const wide = new Table(LETTERS, { columns: 50, heading }).lines(rows);
  assert.deepEqual(wide, new Table(LETTERS, { columns: undefined, heading }).lines(rows));
  assert.equal(wide.length, 1 + rows.length);
  assert.equal(wide[1], 'alice@example.test  hanako@bigmail.test  451 later');
});

test('a text that may stand below is cut as others are where rows of one line have begun', () => {
  const shown = new Table(LETTERS, { columns: 20, heading: (line) => line });
  shown.lines([{ from: 'a', to: 'b', reply: '451 x' }]);
  const [line] = shown.lines([{ from: 'a', to: 'b', reply: '451 later' }]);
  assert.equal(line, 'a     b   451 …');
});

test('a brief time has the minute while that is near, and the year where it is not', () => {
  const now = Date.parse('2026-11-24T12:00:00');
  const brief = (local: string): string => briefTime(new Date(local).toISOString(), now);
  assert.equal(brief('2026-11-24T13:05:09'), '11-24 13:05');
  assert.equal(brief('2027-02-01T00:00:00'), '02-01 00:00');
  assert.equal(brief('2026-01-24T13:05:09'), '2026-01-24');
});
