import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inheritedSockets } from './inherited-sockets.ts';

const PID = 4711;

function read(count: string, names: string, pid = PID) {
  const environment = { LISTEN_PID: String(pid), LISTEN_FDS: count, LISTEN_FDNAMES: names };
  const sockets = inheritedSockets(environment, PID);
  return sockets.kind === 'sockets' ? [...sockets.descriptors] : sockets.message;
}

test('sockets are known by their names, several of one name together', () => {
  assert.deepEqual(read('3', 'smtp:imaps:smtp'), [
    ['smtp', [3, 5]],
    ['imaps', [4]],
  ]);
});

test('the name of a unit does as well', () => {
  assert.deepEqual(read('1', 'hikyaku-submission.socket'), [['submission', [3]]]);
});

test('what was handed to another process is not taken', () => {
  assert.deepEqual(read('1', 'smtp', 1), []);
  assert.deepEqual(inheritedSockets({}, PID), { kind: 'sockets', descriptors: new Map() });
});

test('a socket that is for nothing here is told, not left open', () => {
  assert.match(String(read('2', 'smtp:pop3')), /"pop3" \(descriptor 4\)/);
  assert.match(String(read('1', '')), /descriptor 3/);
});
