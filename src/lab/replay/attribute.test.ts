import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AskedQuestion } from '#lab/dns/questions';
import { attribute, type Claim } from './attribute.ts';
import { belongsTo, purposeOf } from './purposes.ts';

const RESOLVER = '127.20.0.53';
const OURS = '127.20.25.25';
const BIGMAIL = '127.20.1.25';

let count = 0;
function asked(
  from: string,
  type: string,
  name: string,
  answer = '',
  more: Partial<AskedQuestion> = {},
): AskedQuestion {
  return {
    number: ++count,
    at: 1000,
    from,
    to: from === RESOLVER ? '127.20.0.3' : RESOLVER,
    transport: 'udp',
    name,
    type,
    result: 'NOERROR',
    authoritative: from === RESOLVER,
    authentic: false,
    answer,
    ...more,
  };
}

const SENDING: Claim = {
  asker: OURS,
  part: 'sender',
  since: 0,
  until: 2000,
  about: ['bigmail.test'],
};
const TAKING: Claim = {
  asker: BIGMAIL,
  part: 'receiver',
  since: 0,
  until: 2000,
  about: ['example.test'],
  client: OURS,
};

const shown = (found: ReturnType<typeof attribute>) =>
  found.map((own) => own.map(({ question, purpose }) => `${purpose} ${question.name}`));

test('questions go to who asked them, in their time, by the names that matter', () => {
  const questions = [
    asked(OURS, 'MX', 'bigmail.test', 'MX 10 mx.elsewhere.test.'),
    asked(OURS, 'A', 'mx.elsewhere.test', 'A 127.20.1.25'),
    asked(OURS, 'TXT', '_mta-sts.bigmail.test'),
    asked(OURS, 'TLSA', '_25._tcp.mx.elsewhere.test'),
    asked(OURS, 'MX', 'purple.test'),
    asked(OURS, 'MX', 'bigmail.test', '', { at: 3000 }),
    asked(BIGMAIL, 'PTR', '25.25.20.127.in-addr.arpa', 'PTR mail.example.test.'),
    asked(BIGMAIL, 'A', '25.25.20.127.dnsbl.test'),
    asked(BIGMAIL, 'TXT', 'example.test', 'TXT "v=spf1 include:_spf.saas.test ~all"'),
    asked(BIGMAIL, 'TXT', '_spf.saas.test'),
    asked(BIGMAIL, 'TXT', 'r1._domainkey.example.test'),
    asked(BIGMAIL, 'TXT', '_dmarc.example.test'),
    asked(BIGMAIL, 'TXT', 'hanako.test'),
    asked('127.0.0.1', 'MX', 'bigmail.test'),
  ];
  assert.deepEqual(shown(attribute([SENDING, TAKING], questions, RESOLVER)), [
    [
      'mx bigmail.test',
      'host-address mx.elsewhere.test',
      'mta-sts _mta-sts.bigmail.test',
      'tlsa _25._tcp.mx.elsewhere.test',
    ],
    [
      'ptr 25.25.20.127.in-addr.arpa',
      'dnsbl 25.25.20.127.dnsbl.test',
      'spf example.test',
      'spf-include _spf.saas.test',
      'dkim r1._domainkey.example.test',
      'dmarc _dmarc.example.test',
    ],
  ]);
});

test('what the resolver asked of others goes with the question that waited for it', () => {
  count = 0;
  const questions = [
    asked(RESOLVER, 'MX', 'bigmail.test', 'see test: NS ns.registry.test.'),
    asked(RESOLVER, 'DNSKEY', 'test'),
    asked(RESOLVER, 'A', 'mx.bigmail.test'),
    asked(RESOLVER, 'MX', 'bigmail.test', 'MX 10 mx.bigmail.test.'),
    asked(OURS, 'MX', 'bigmail.test', 'MX 10 mx.bigmail.test.'),
    asked(OURS, 'A', 'mx.bigmail.test'),
    asked(OURS, 'AAAA', 'mx.bigmail.test'),
  ];
  const [own] = attribute([SENDING], questions, RESOLVER);
  assert.deepEqual(
    own!.map(({ trail }) => trail.map(({ number }) => number)),
    [[1, 2, 4], [3], []],
  );
});

test('of two attempts at the same time each question goes to one', () => {
  const questions = [asked(OURS, 'MX', 'bigmail.test')];
  const found = attribute([SENDING, SENDING], questions, RESOLVER);
  assert.deepEqual(
    found.map((own) => own.length),
    [1, 0],
  );
});

const NAMES = [
  'bigmail.test',
  'mx.bigmail.test',
  'example.test',
  '_dmarc.example.test',
  'test',
  '.',
];
const question = fc
  .record({
    from: fc.constantFrom(OURS, BIGMAIL, RESOLVER, '127.0.0.1'),
    type: fc.constantFrom('MX', 'A', 'TXT', 'TLSA', 'PTR', 'DNSKEY', 'CAA'),
    name: fc.constantFrom(...NAMES),
    at: fc.integer({ min: 0, max: 5 }),
    answer: fc.constantFrom('', 'MX 10 mx.bigmail.test.', 'TXT "v=spf1 include:bigmail.test -all"'),
  })
  .map(({ from, type, name, at, answer }) => ({ from, type, name, at, answer }));
const claim = fc.record({
  asker: fc.constantFrom(OURS, BIGMAIL),
  part: fc.constantFrom<'sender' | 'receiver'>('sender', 'receiver'),
  since: fc.integer({ min: 0, max: 5 }),
  until: fc.integer({ min: 0, max: 5 }),
  about: fc.subarray(['bigmail.test', 'example.test']),
});

test('no question is lost, and none is told twice', () => {
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 5 }), fc.array(question), (claims, given) => {
      const questions = given.map(({ from, type, name, answer, at }, index) =>
        asked(from, type, name, answer, { at, number: index + 1 }),
      );
      const found = attribute(claims, questions, RESOLVER);
      assert.equal(found.length, claims.length);
      const told = found.flatMap((own) =>
        own.flatMap(({ question: { number }, trail }) => [
          number,
          ...trail.map((one) => one.number),
        ]),
      );
      assert.equal(new Set(told).size, told.length);
      for (const one of questions) {
        const wanted = claims.some(
          ({ asker, part, since, until, about }) =>
            one.from === asker &&
            one.at >= since &&
            one.at <= until &&
            belongsTo(purposeOf(one, part, about), part) &&
            about.some((domain) => one.name === domain || one.name.endsWith(`.${domain}`)),
        );
        if (wanted) assert.ok(told.includes(one.number), `${one.type} ${one.name}`);
      }
    }),
  );
});
