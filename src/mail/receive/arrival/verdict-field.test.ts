import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import type { Finding } from '#mail/receive/inquiry/findings';
import { verdictField, VERDICT_FIELD } from './verdict-field.ts';

const softfail: Finding = { check: 'spf', reason: 'spf-softfail', subject: 'plain.example' };
const quarantine: Finding = { check: 'dmarc', reason: 'dmarc-quarantine', subject: 'a.example' };

test('what decided and what was found besides stand apart', () => {
  const all = [softfail, quarantine];
  assert.equal(
    verdictField({ kind: 'junk', because: [quarantine] }, all),
    'X-Hikyaku-Verdict: junk;\r\n\treasons=dmarc-quarantine:a.example;\r\n\talso=spf-softfail:plain.example\r\n',
  );
  assert.equal(verdictField({ kind: 'inbox', because: [] }, []), 'X-Hikyaku-Verdict: accept\r\n');
});

test('whatever a stranger chose as a name, it is one field, in ASCII, and no list is ended early', () => {
  const subject = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(fc.array(subject, { maxLength: 30 }), (subjects) => {
      const all = subjects.map((text): Finding => ({ ...softfail, subject: text }));
      const field = verdictField({ kind: 'inbox', because: [] }, all);
      const header = splitHeader(utf8(`${field}\r\n`));
      assert.deepEqual(
        header.fields.map(({ name }) => name),
        [VERDICT_FIELD],
      );
      assert.deepEqual(header.defects, []);
      assert.match(field, /^[\x20-\x7e\r\n\t]*$/);
      assert.ok((field.match(/;/g) ?? []).length <= 1);
      for (const line of field.split('\r\n')) assert.ok(line.length <= 998);
    }),
  );
});
