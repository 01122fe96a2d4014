import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sheetSights } from './sheet.ts';

const WHY = { en: 'no', ja: 'いいえ' };
const RIGHT: Readonly<Record<string, string>> = { host: 'mx.test', hops: '3' };

function judge(answers: Readonly<Record<string, string>>) {
  const sights = sheetSights(
    { answers },
    {
      names: ['host', 'hops'],
      isRight: (name, given) => given === RIGHT[name],
      wrong: WHY,
    },
  );
  return [sights.host, sights.hops];
}

test('a sheet that is right is seen in every answer', () => {
  assert.deepEqual(
    judge({ host: ' MX.test ', hops: '3' }).map(({ kind }) => kind),
    ['seen', 'seen'],
  );
});

test('one wrong answer leaves all of them open, and counts as a try', () => {
  const told = { kind: 'missing', why: WHY, isGuess: true };
  assert.deepEqual(judge({ host: 'mx.test', hops: '2' }), [told, told]);
  assert.deepEqual(judge({ host: 'other.test', hops: '2' }), [told, told]);
});

test('a sheet with a gap is not judged, and costs nothing', () => {
  const [host, hops] = judge({ host: 'mx.test', hops: ' ' });
  assert.deepEqual(host, hops);
  assert.ok(host!.kind === 'missing' && host!.why?.en === 'Not answered yet: hops');
  assert.ok(!('isGuess' in host!));
  assert.deepEqual(judge({}), [{ kind: 'missing' }, { kind: 'missing' }]);
});
