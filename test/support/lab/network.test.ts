import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Networks from './network.ts';
import { holdAddress } from '../machine/held-address.ts';
import { freeLabPrefix } from './network.ts';

test('every practice Internet has a network of its own, before anybody listens in it too', async () => {
  const address = `${import.meta.resolve('./network.ts')}?other`;
  const other = (await import(address)) as typeof Networks;
  const prefixes: string[] = [];
  for (const ask of [freeLabPrefix, other.freeLabPrefix, freeLabPrefix]) prefixes.push(await ask());
  assert.equal(new Set(prefixes).size, prefixes.length);
});

test('a network in which a resolver listens is passed over', async () => {
  const second = Number((await freeLabPrefix()).split('.')[1]);
  const next = `127.${second === 249 ? 30 : second + 1}`;
  // where it does not become ours, the resolver of a test beside this one has it
  await holdAddress(`${next}.0.53`, 5353);
  assert.notEqual(await freeLabPrefix(), next);
});
