import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caaNames, issueValues, strangeTag } from './record-set.ts';

function record(tag: string, value: string, flags = 0) {
  return { flags, tag, value };
}

test('RFC 8659 §3: the names above are asked up to the top-level domain; a wildcard begins at what it stands below', () => {
  const names = ['mail.example.org', 'example.org', 'org'];
  assert.deepEqual(caaNames('mail.example.org'), names);
  assert.deepEqual(caaNames('*.mail.example.org'), names);
});

test('RFC 8659 §4.3: issuewild goes before issue for wildcards, and means nothing for other names', () => {
  const records = [record('issue', 'ca1.test'), record('IssueWild', 'ca2.test')];
  assert.deepEqual(issueValues(records, false), ['ca1.test']);
  assert.deepEqual(issueValues(records, true), ['ca2.test']);
  assert.deepEqual(issueValues(records.slice(0, 1), true), ['ca1.test']);
  assert.deepEqual(issueValues(records.slice(1), false), []);
});

test('RFC 8659 §4.1: a critical property that is not known stands out; known ones and others do not', () => {
  assert.equal(strangeTag([record('issue', 'ca.test', 128), record('tbs', 'x')]), undefined);
  assert.equal(strangeTag([record('issue', 'ca.test'), record('tbs', 'x', 128)]), 'tbs');
});
