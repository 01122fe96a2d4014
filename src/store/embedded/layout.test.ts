import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from './layout.ts';

test('the socket lies in the data folder while its address fits, to the octet', () => {
  // …/postgres/run/.s.PGSQL.5432 adds 27 octets.
  const fits = `/${'d'.repeat(72)}`;
  assert.equal(layoutOf(fits, '/tmp').socketDir, `${fits}/postgres/run`);
  assert.match(layoutOf(`${fits}d`, '/tmp').socketDir, /^\/tmp\/hikyaku-[0-9a-f]{16}$/);
});

test('octets are counted, not characters', () => {
  const folder = `/${'飛'.repeat(25)}`;
  assert.match(layoutOf(folder, '/tmp').socketDir, /^\/tmp\/hikyaku-/);
});

test('a moved socket keeps its name for the folder and is another for another folder', () => {
  const one = layoutOf(`/${'a'.repeat(100)}`, '/tmp').socketDir;
  assert.equal(layoutOf(`/${'a'.repeat(100)}`, '/tmp').socketDir, one);
  assert.notEqual(layoutOf(`/${'b'.repeat(100)}`, '/tmp').socketDir, one);
});

test('a temporary folder that is itself too deep is not used', () => {
  const deep = `/${'t'.repeat(90)}`;
  assert.match(layoutOf(`/${'a'.repeat(100)}`, deep).socketDir, /^\/tmp\/hikyaku-/);
});
