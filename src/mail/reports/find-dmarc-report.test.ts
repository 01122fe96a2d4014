/** How a report is found and read in a mail from anybody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { readDmarcReport } from './find-dmarc-report.ts';

test('while a megabyte of hostile XML is read, others have their turn every 16 KB', async () => {
  const reading = readDmarcReport(utf8(`<feedback><a><![CDATA[${']'.repeat(1024 * 1024)}`));
  let turns = 0;
  let over = false;
  const turn = (): void => {
    turns++;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  assert.deepEqual(await reading, { kind: 'broken', why: 'content' });
  over = true;
  assert.ok(turns >= 60, `${turns} turns`);
});
