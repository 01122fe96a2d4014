/** What the doctor points to is there, in both languages. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { placeOnDeferral } from './document.ts';

const PUT_OFF = [
  ['rcpt', '4.7.32', 'put-off-authentication'],
  ['greeting', '4.7.0', 'put-off-reputation'],
  ['rcpt', '4.7.28', 'put-off-reputation'],
  ['rcpt', '4.2.2', 'put-off-mailbox'],
  ['tls', '4.4.1', 'put-off-tls'],
  ['connect', '4.0.0', 'put-off-network'],
  ['end-of-data', '4.3.0', 'put-off-later'],
] as const;

for (const name of ['troubleshooting.md', 'troubleshooting.ja.md']) {
  test(`${name} has a place for each kind of deferral`, async () => {
    const page = await readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
    for (const [stage, status, place] of PUT_OFF) {
      assert.equal(placeOnDeferral(stage, status), place);
      assert.ok(page.includes(`<a id="${place}"></a>`), place);
    }
  });
}
