import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOSTS, type LabHost } from '#lab/addresses';
import type { CaExchange } from '#lab/ca/memory/heard';
import type { OrderReport } from '#lab/ca/memory/order-book';
import { SIGNED_PATHS } from '#lab/ca/requests/routes';
import { acmeSteps, conversations } from './acme-steps.ts';
import { acmeResource } from './acme-texts.ts';
import { placesOf } from './places.ts';

const places = placesOf((host: LabHost) => `127.20.${HOSTS[host]}`);
const OWN = '127.20.25.25';
const REAL = Date.UTC(2026, 10, 26, 12);
/** The calendar is a year ahead. */
const AHEAD = 365 * 24 * 60 * 60 * 1000;

function exchange(number: number, second: number, more: Partial<CaExchange> = {}): CaExchange {
  const real = REAL + second * 1000;
  return {
    number,
    at: real + AHEAD,
    real,
    from: OWN,
    method: 'POST',
    path: '/order/new',
    said: '{}',
    account: 'a1',
    status: 201,
    answer: '{"status":"pending"}',
    ...more,
  };
}

test('requests of one client that follow each other are one conversation, whoever else asks meanwhile', () => {
  const other = { from: '127.20.8.10' };
  const found = conversations([
    exchange(1, 0),
    exchange(2, 10, other),
    exchange(3, 50),
    exchange(4, 111),
    exchange(5, 112, other),
  ]);
  assert.deepEqual(
    found.map((all) => all.map(({ number }) => number)),
    [[1, 3], [2], [4], [5]],
  );
});

test('what the authority did stands between what it was asked, by the calendar, with the sections', () => {
  const order: OrderReport = {
    id: 'o1',
    at: REAL,
    account: 'a1',
    names: ['mail.example.test'],
    status: 'valid',
    problem: undefined,
    certificate: undefined,
    steps: [
      { at: REAL + 1500, rfc: 'RFC 8659 §3', step: 'caa-none', name: 'mail.example.test' },
      { at: REAL - 999_999, rfc: 'RFC 8659 §3', step: 'caa-none', name: 'before.test' },
    ],
  };
  const conversation = [
    exchange(1, 0, { method: 'GET', path: '/dir', said: undefined, account: undefined }),
    exchange(2, 1, { said: '{"name":"\u001b[2J"}' }),
    exchange(3, 2, { path: '/order/o1/finalize' }),
  ];
  for (const language of ['en', 'ja'] as const) {
    const steps = acmeSteps(conversation, [order], { places, language, timeZone: 'UTC' });
    assert.deepEqual(
      steps.map(({ from, to, at }) => [from, to, at - AHEAD - REAL]),
      [
        ['mail.example.test', 'ca.test', 0],
        ['mail.example.test', 'ca.test', 1000],
        ['ca.test', undefined, 1500],
        ['mail.example.test', 'ca.test', 2000],
      ],
    );
    assert.equal(steps[0]!.why[0]!.rfc, 'RFC 8555 §7.1.1');
    assert.equal(steps[2]!.rfc, 'RFC 8659 §3');
    assert.match(steps[1]!.lines[0]!.text, /a1/);
    // what strangers sent acts on no terminal
    assert.ok(steps.every(({ lines }) => lines.every(({ text }) => !text.includes('\u001b'))));
  }
});

test('every resource of the authority is explained', () => {
  for (const path of [...SIGNED_PATHS, 'dir', 'nonce', 'renewal/x'])
    assert.notEqual(acmeResource(`/${path.replace('*', 'x')}`), 'other', path);
  for (const path of ['/', '/terms', '/constructor', '/__proto__/x'])
    assert.equal(acmeResource(path), 'other');
});
