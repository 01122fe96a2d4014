import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { summarize } from '#protocol/message/summary';
import type { SortKey } from './command.ts';
import { sortOrder, sortValues, wantsSummary, type SortFacts } from './sort.ts';

function letter(
  fields: Readonly<Record<string, string>>,
  changes: Partial<SortFacts> = {},
): SortFacts {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return { receivedAt: 0, size: 0, summary: summarize(utf8(`${lines.join('')}\r\n`)), ...changes };
}

/** Places from 1 in their order. */
function order(messages: readonly SortFacts[], ...by: readonly string[]): string {
  const keys = by.map((word): SortKey => {
    const reverse = word.startsWith('-');
    return { by: word.slice(reverse ? 1 : 0) as SortKey['by'], reverse };
  });
  const compare = sortOrder(keys);
  return messages
    .map((facts, i) => ({ number: i + 1, values: sortValues(facts, keys) }))
    .sort((a, b) => compare(a.values, b.values))
    .map(({ number }) => number)
    .join(' ');
}

test('subjects are compared without Re: and in any case of letters', () => {
  const messages = ['Re: beta', 'ALPHA', '[list] Fwd: gamma (fwd)', 'Österreich', 'österreich'].map(
    (subject) => letter({ Subject: subject }),
  );
  assert.equal(order(messages, 'SUBJECT'), '2 1 3 4 5');
  assert.equal(order(messages, '-SUBJECT'), '4 5 3 1 2');
});

test('a message without a good date is sorted by its arrival', () => {
  const day = (date: number) => Date.UTC(2025, 0, date);
  const messages = [
    letter({ Date: 'Fri, 3 Jan 2025 00:00:00 +0000' }, { receivedAt: day(1) }),
    letter({ Date: 'whenever' }, { receivedAt: day(2) }),
    letter({}, { receivedAt: day(4) }),
  ];
  assert.equal(order(messages, 'DATE'), '2 1 3');
  assert.equal(order(messages, '-ARRIVAL'), '3 2 1');
});

test('people are compared by the local part of the first address, or as they are shown', () => {
  const messages = [
    letter({ From: 'Zoe <a@x.test>, B <b@x.test>', Cc: 'k@x.test' }),
    letter({ From: 'm@x.test', To: 'Ann <z@x.test>' }),
    letter({ From: '=?utf-8?Q?Anna?= <Z@x.test>', To: 'b@x.test' }),
    letter({}),
  ];
  assert.equal(order(messages, 'FROM'), '4 1 2 3');
  assert.equal(order(messages, 'DISPLAYFROM'), '4 3 2 1');
  assert.equal(order(messages, 'TO'), '1 4 3 2');
  assert.equal(order(messages, 'DISPLAYTO'), '1 4 2 3');
  assert.equal(order(messages, 'CC'), '2 3 4 1');
});

test('a group is compared by its name, an address without a domain by what there is', () => {
  const messages = [
    letter({ To: 'zoo: a@x.test;', Cc: 'Empty:;' }),
    letter({ To: 'b@x.test', Cc: 'd@x.test' }),
    letter({ To: 'b', Cc: 'f@x.test' }),
  ];
  assert.equal(order(messages, 'TO', '-ARRIVAL'), '2 3 1');
  assert.equal(order(messages, 'DISPLAYTO'), '3 2 1');
  assert.equal(order(messages, 'CC'), '2 1 3');
});

test('a summary that was stored without its groups is compared by their members', () => {
  const { leadingGroups, ...stored } = letter({ To: 'zoo: a@x.test;' }).summary!;
  assert.deepEqual(leadingGroups, { to: 'zoo' });
  const messages = [letter({ To: 'b@x.test' }), { receivedAt: 0, size: 0, summary: stored }];
  assert.equal(order(messages, 'TO'), '2 1');
  assert.equal(order(messages, 'DISPLAYTO'), '2 1');
});

test('a key decides where those before it are equal, each in its own direction', () => {
  const messages = [
    letter({ Subject: 'x' }, { size: 2 }),
    letter({ Subject: 'x' }, { size: 1 }),
    letter({ Subject: 'a' }, { size: 3 }),
    letter({ Subject: 'x' }, { size: 1 }),
  ];
  assert.equal(order(messages, 'SUBJECT', 'SIZE'), '3 2 4 1');
  assert.equal(order(messages, 'SUBJECT', '-SIZE'), '3 1 2 4');
  assert.equal(order(messages, '-SIZE', 'SUBJECT'), '3 1 2 4');
});

test('arrival and size need no summary', () => {
  assert.equal(
    wantsSummary([
      { by: 'SIZE', reverse: true },
      { by: 'ARRIVAL', reverse: false },
    ]),
    false,
  );
  assert.equal(
    wantsSummary([
      { by: 'SIZE', reverse: true },
      { by: 'CC', reverse: false },
    ]),
    true,
  );
});
