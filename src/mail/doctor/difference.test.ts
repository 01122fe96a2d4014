import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, keyOf, toldAfter, type Mark } from './difference.ts';
import { resultOf, type Result } from './result.ts';
import type { CheckId } from './texts.ts';

function result(id: CheckId, finding: string, about = '', values = {}): Result {
  return resultOf({ id, family: 'host', subject: 'h' }, { finding, values, about }, 0);
}

function told(...results: readonly Result[]): ReadonlyMap<string, Mark> {
  return new Map(results.map((one) => [keyOf(one), one]));
}

test('the first letter tells what is wrong, and nothing of what is well', () => {
  const results = [result('H3', 'full'), result('H1', 'public'), result('H2', 'no-reference')];
  const changes = changesOf(results, new Map());
  assert.deepEqual(
    changes.map((change) => change.result.id),
    ['H3'],
  );
});

test('a value that moves is no change, unless the check says that it matters', () => {
  const before = told(result('H3', 'filling', '25', { free: '26' }));
  assert.equal(changesOf([result('H3', 'filling', '25', { free: '24' })], before).length, 0);
  assert.equal(changesOf([result('H3', 'filling', '20', { free: '19' })], before).length, 1);
});

test('what gets worse and what gets well is told, with what was said before', () => {
  const before = told(result('H3', 'filling'), result('H1', 'none'));
  const changes = changesOf([result('H3', 'full'), result('H1', 'public')], before);
  assert.deepEqual(
    changes.map(({ result: now, before: was }) => [now.id, was?.status, now.status]),
    [
      ['H3', 'warn', 'fail'],
      ['H1', 'fail', 'pass'],
    ],
  );
});

test('from well to not needed, or the other way, nobody gets a letter', () => {
  assert.deepEqual(changesOf([result('H8', 'not-asked')], told(result('H8', 'current'))), []);
});

test('an hour without the DNS does not make what was told of it be told again', () => {
  const wrong = result('H1', 'none');
  const away = result('H1', 'no-answer');
  assert.deepEqual(toldAfter([away]), []);
  assert.deepEqual(changesOf([wrong], told(wrong)), []);
});
