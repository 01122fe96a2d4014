import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { FORWARDER, LIST, passAlong, passingTo } from './passing.ts';

const RAW = utf8('From: a@hanako.test\r\nSubject: Tea\r\n\r\n1. Hello\r\n');
const GIVEN = {
  reversePath: 'a@hanako.test',
  raw: RAW,
  received: 'Received: by x\r\n',
  key: undefined,
  now: 0,
};

test('A forwarder has an address for every name of letters, and no other', () => {
  assert.deepEqual(passingTo(FORWARDER, 'Hana'), { how: 'kept', to: 'hana@bigmail.test' });
  assert.deepEqual(passingTo(FORWARDER, 'hana+scratch'), {
    how: 'scratched',
    to: 'hana@bigmail.test',
  });
  for (const name of ['', 'hana+x', 'hana+scratch+x', 'a b', 'h4na', 'a'.repeat(21)])
    assert.equal(passingTo(FORWARDER, name), undefined, name);
  assert.equal(passingTo(LIST, 'tea')!.how, 'listed');
  assert.equal(passingTo(LIST, 'hana'), undefined);
});

test('What is kept gets the field of the hop and nothing else; what is scratched differs in one letter', async () => {
  const kept = await passAlong({ how: 'kept', to: 'hana@bigmail.test' }, GIVEN);
  assert.equal(latin1(kept.raw), `${GIVEN.received}${latin1(RAW)}`);
  assert.equal(kept.reversePath, GIVEN.reversePath);
  const scratched = await passAlong({ how: 'scratched', to: 'hana@bigmail.test' }, GIVEN);
  assert.equal(latin1(scratched.raw), latin1(kept.raw).replace('1. Hello', '1. hello'));
  const empty = { ...GIVEN, raw: utf8('Subject: Tea\r\n\r\n') };
  const same = await passAlong({ how: 'scratched', to: 'hana@bigmail.test' }, empty);
  assert.equal(latin1(same.raw), `${GIVEN.received}Subject: Tea\r\n\r\n`);
});

test('A list writes from an address of its own, into the subject and below the body', async () => {
  const listed = await passAlong({ how: 'listed', to: 'hana@bigmail.test' }, GIVEN);
  assert.equal(listed.reversePath, 'tea-bounces@circle.test');
  assert.match(latin1(listed.raw), /^Received: by x\r\nList-Id: <tea\.circle\.test>\r\n/);
  assert.match(latin1(listed.raw), /\r\nSubject: \[tea\] Tea\r\n\r\n1\. Hello\r\n-- \r\n/);
});
