import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutStartTls } from './downgrade.ts';

test('the offer of STARTTLS is gone, wherever in the reply it stands, and the rest is a reply still', () => {
  assert.equal(
    withoutStartTls('250-mail.example.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n'),
    '250-mail.example.test\r\n250 SIZE 1000\r\n',
  );
  assert.equal(
    withoutStartTls('250-mail.example.test\r\n250 starttls\r\n'),
    '250-mail.example.test\r\n250 NOOP\r\n',
  );
  assert.equal(withoutStartTls('220 mail.example.test\r\n'), '220 mail.example.test\r\n');
});
