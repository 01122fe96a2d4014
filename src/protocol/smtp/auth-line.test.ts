import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, fromLatin1, utf8 } from '#bytes';
import { parseAuthArguments, parseAuthResponse } from './auth-line.ts';

test('a mechanism comes alone, with a response, or with an empty one', () => {
  assert.deepEqual(parseAuthArguments('login'), { mechanism: 'LOGIN' });
  assert.deepEqual(parseAuthArguments('PLAIN ='), { mechanism: 'PLAIN', initialResponse: EMPTY });
  const { initialResponse } = parseAuthArguments('PLAIN AGEAYg==') as {
    initialResponse: Uint8Array;
  };
  assert.equal(Buffer.from(initialResponse).toString(), '\0a\0b');
});

test('arguments that are malformed are refused', () => {
  assert.equal(parseAuthArguments(''), 'no-mechanism');
  assert.equal(parseAuthArguments('PL+AIN'), 'bad-mechanism');
  assert.equal(parseAuthArguments('A'.repeat(21)), 'bad-mechanism');
  for (const text of ['PLAIN AGEAYg', 'PLAIN A===', 'PLAIN a b', 'PLAIN  ', 'PLAIN AGEAYg== x'])
    assert.equal(parseAuthArguments(text), 'not-base64', text);
});

test('a line of the exchange is a response, empty or not, or gives up', () => {
  const response = parseAuthResponse(utf8('YQ=='));
  assert.ok(response.kind === 'response' && Buffer.from(response.bytes).toString() === 'a');
  assert.equal(parseAuthResponse(EMPTY).kind, 'response');
  assert.equal(parseAuthResponse(utf8('*')).kind, 'cancelled');
  assert.equal(parseAuthResponse(fromLatin1('YQ==\r')).kind, 'not-base64');
  assert.equal(parseAuthResponse(fromLatin1('\xff\xff\xff\xff')).kind, 'not-base64');
});
