import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readersFrom } from './readers.ts';
import { RECEIVERS } from './receivers.ts';

const [BIGMAIL] = RECEIVERS;

test('the same seed gives the same list, which goes on where it ended and comes back to its beginning', () => {
  const whole = readersFrom(7, BIGMAIL!, 0, 3000);
  assert.deepEqual(
    [...readersFrom(7, BIGMAIL!, 0, 40), ...readersFrom(7, BIGMAIL!, 40, 60)],
    whole.slice(0, 100),
  );
  assert.deepEqual(whole.slice(1500), whole.slice(0, 1500));
  assert.notDeepEqual(readersFrom(8, BIGMAIL!, 0, 1500), whole.slice(0, 1500));
});

test('most asked for it, a few never did, and now and then an address is mistyped', () => {
  const list = readersFrom(1, BIGMAIL!, 0, 1500);
  const share = (kind: string) => list.filter((one) => one.startsWith(kind)).length / list.length;
  assert.ok(share('reader') > 0.97, String(share('reader')));
  assert.ok(share('guest') > 0 && share('raeder') > 0);
});
