import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { messagesOf, type ClaimedRow } from './claimed.ts';

function row(id: string, recipientId: number, first: boolean, ownPrefix?: string): ClaimedRow {
  return {
    id,
    recipientId,
    forwardPath: `r${recipientId}@other.test`,
    tenantId: first ? '1' : null,
    prefix: utf8('Received: x\r\n'),
    size: 100,
    reversePath: 'a@here.test',
    ownReversePath: null,
    ownPrefix: ownPrefix === undefined ? null : utf8(ownPrefix),
  } as ClaimedRow;
}

test('recipients share a message, but for those whose copy has fields of its own', () => {
  const messages = messagesOf([
    row('a', 1, true),
    row('a', 2, false, 'X: 2\r\n'),
    row('a', 3, false),
    row('b', 1, true, 'X: 1\r\n'),
    row('b', 2, false, 'X: two\r\n'),
  ]);
  assert.deepEqual(
    messages.map(({ id, prefix, size, recipients }) => [
      id,
      latin1(prefix),
      size,
      recipients.map(({ recipientId }) => recipientId),
    ]),
    [
      ['a', 'Received: x\r\n', 100, [1, 3]],
      ['a', 'X: 2\r\nReceived: x\r\n', 106, [2]],
      ['b', 'X: 1\r\nReceived: x\r\n', 106, [1]],
      ['b', 'X: two\r\nReceived: x\r\n', 108, [2]],
    ],
  );
});
