import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnHost } from './host-check.ts';

const OWN = [
  '127.0.0.1:8025',
  '127.0.0.1',
  'localhost:8025',
  'LOCALHOST',
  'app.localhost:1',
  '[::1]:8025',
  '192.0.2.7:8025',
  'mail.example.test:8025',
  'Mail.Example.Test',
];
const FOREIGN = [
  undefined,
  '',
  'evil.test',
  'evil.test:8025',
  'localhost.evil.test',
  'mail.example.test.evil.test',
  '[::1',
  '[evil.test]',
  '127.0.0.1.evil.test',
  '999.0.0.1',
];

for (const host of OWN) {
  test(`a request for ${host} is ours`, () => assert.ok(isOwnHost(host, 'mail.example.test')));
}
for (const host of FOREIGN) {
  test(`a request for ${host} is not ours`, () => {
    assert.equal(isOwnHost(host, 'mail.example.test'), false);
  });
}

test('a request for another name of this host is ours where the name is configured', () => {
  assert.equal(isOwnHost('hikyaku:8025', 'mail.example.test', ['hikyaku']), true);
  assert.equal(isOwnHost('evil.test:8025', 'mail.example.test', ['hikyaku']), false);
});
