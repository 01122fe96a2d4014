import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { formatMessageId, newMessageId, parseMessageIds } from './message-id.ts';

test('identifiers come out in order without their brackets', () => {
  assert.deepEqual(parseMessageIds('<a@b.test> <c@d.test>,<e>'), ['a@b.test', 'c@d.test', 'e']);
});

test('phrases between identifiers are passed over', () => {
  assert.deepEqual(parseMessageIds('Your message of "Tue, 1 Jan" <a@b.test> (was <c@d.test>)'), [
    'a@b.test',
    'c@d.test',
  ]);
});

test('white space inside an identifier goes, as it came from folding', () => {
  assert.deepEqual(parseMessageIds('<a\t @b.test >'), ['a@b.test']);
});

test('an identifier without brackets is read when it stands alone', () => {
  assert.deepEqual(parseMessageIds(' a@b.test '), ['a@b.test']);
  assert.deepEqual(parseMessageIds('two words'), []);
});

test('broken brackets give what can be read', () => {
  assert.deepEqual(parseMessageIds('<a<b@c.test>> <d@e.test'), ['b@c.test']);
  assert.deepEqual(parseMessageIds('<> <\0> '), []);
  assert.deepEqual(parseMessageIds(`<${'x'.repeat(999)}>`), []);
});

test('of a long list the first and the last ones are kept', () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `${index}@x.test`);
  const kept = parseMessageIds(ids.map(formatMessageId).join(' '), 10);
  assert.deepEqual(kept, [ids[0], ...ids.slice(-9)]);
  assert.deepEqual(parseMessageIds('<a@b> <c@d> <e@f> <g@h>', 1), ['a@b']);
});

test('a new identifier is made of time, random octets and domain', () => {
  const id = newMessageId({
    time: Date.UTC(2026, 10, 24),
    random: Uint8Array.of(1, 2, 254, 255, 0, 6, 7, 8),
    domain: 'mail.example.test',
  });
  assert.equal(id, 'mwtxhc00.0102feff00060708@mail.example.test');
  assert.deepEqual(parseMessageIds(formatMessageId(id)), [id]);
});

test('what is written is read back, and hostile text takes linear time', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z0-9.@!-]{1,20}$/), { maxLength: 20 }), (ids) => {
      assert.deepEqual(parseMessageIds(ids.map(formatMessageId).join('\r\n ')), ids);
    }),
  );
  const started = computedFor();
  for (const text of ['<', '>', '<>', '<a>', '<a'])
    assert.ok(parseMessageIds(text.repeat(300_000)).length <= 50);
  assert.ok(computedFor() - started < 5_000);
});
