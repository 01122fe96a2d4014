import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confirmedBy } from './opt-in.ts';

const ASKED = { 'opt-in-1@app.test': 'hana@bigmail.test', 'opt-in-2@app.test': 'ella@purple.test' };

test('an answer from the mailbox that was asked confirms it', () => {
  const answer = { from: ['hana@bigmail.test'], inReplyTo: ['opt-in-1@app.test'] };
  assert.equal(confirmedBy(answer, ASKED), 'hana@bigmail.test');
});

test('an answer from elsewhere, to another letter, or without the proof confirms nobody', () => {
  const from = ['hana@bigmail.test'];
  assert.equal(confirmedBy({ from, inReplyTo: ['opt-in-2@app.test'] }, ASKED), undefined);
  assert.equal(confirmedBy({ from, inReplyTo: [] }, ASKED), undefined);
  assert.equal(confirmedBy({ from, inReplyTo: ['toString'] }, ASKED), undefined);
  const forged = { from: ['mallory@mallory.test'], inReplyTo: ['opt-in-1@app.test'] };
  assert.equal(confirmedBy(forged, ASKED), undefined);
});
