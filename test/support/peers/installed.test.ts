import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { peer, pythonPeer } from './installed.ts';

const before = process.env['HIKYAKU_PEERS'];
afterEach(() => {
  if (before === undefined) delete process.env['HIKYAKU_PEERS'];
  else process.env['HIKYAKU_PEERS'] = before;
});

test('a program that is there is found outside the path too', () => {
  assert.deepEqual(peer('sh'), { path: peer('sh').path, skip: false });
  assert.match(peer('sh').path, /\/sh$/);
});

test('a missing program is a skip that says how to install it', () => {
  delete process.env['HIKYAKU_PEERS'];
  assert.equal(
    peer('no-such-mailer', 'no-such-package').skip,
    'no-such-mailer is not installed (apt-get install no-such-package)',
  );
  assert.match(String(pythonPeer('no_such_module', 'python3-none').skip), /python3-none/);
});

test('a missing program is a failure where peers are required', () => {
  process.env['HIKYAKU_PEERS'] = 'required';
  assert.throws(() => peer('no-such-mailer'), /not installed/);
  assert.throws(() => pythonPeer('no_such_module', 'python3-none'), /not installed/);
});
