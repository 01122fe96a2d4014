import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '#bytes';
import { decodeBody } from './decode-body.ts';
import { eachPart } from './each-part.ts';
import { encodeBinary } from './encode-binary.ts';
import { parseStructure } from './parse-structure.ts';

/** The leaves, decoded. */
function leaves(message: Uint8Array): string[] {
  return [...eachPart(parseStructure(message).part)]
    .filter(({ children, message: inner }) => !children && !inner)
    .map(({ bodyStart, bodyEnd, encoding }) =>
      latin1(decodeBody(message.subarray(bodyStart, bodyEnd), encoding)!),
    );
}

const body = fc.uint8Array({ maxLength: 200 }).map((octets) => latin1(octets));

test('what a part holds is what it held, and no NUL is left', () => {
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
      const parts = bodies.map(
        (text) =>
          `--=b=\r\nContent-Transfer-Encoding:\r\n  Binary\r\nContent-Type: image/png\r\n\r\n${text}\r\n`,
      );
      const head =
        'Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=b="\r\n\r\n';
      const message = fromLatin1(`${head}${parts.join('')}--=b=--\r\n`);
      const encoded = encodeBinary(message);
      assert.equal(encoded.includes(0), false);
      assert.deepEqual(leaves(encoded), leaves(message));
      assert.deepEqual(encodeBinary(encoded), encoded);
    }),
  );
});

test('a message of one part is encoded, in lines that mail allows', () => {
  const text = `\0${'x'.repeat(300)}`;
  const message = fromLatin1(`content-transfer-encoding: binary\r\nSubject: x\r\n\r\n${text}`);
  const encoded = encodeBinary(message);
  assert.deepEqual(leaves(encoded), [text]);
  const lines = latin1(encoded).split('\r\n');
  assert.deepEqual(lines.slice(0, 3), ['content-transfer-encoding: base64', 'Subject: x', '']);
  assert.ok(lines.every(({ length }) => length <= 76));
});

test('where nothing must be encoded each octet stays', () => {
  for (const text of [
    'Content-Transfer-Encoding: binary\r\n\r\nno NUL \xff\r',
    'Content-Transfer-Encoding: 8bit\r\n\r\n\0',
    '\0',
  ]) {
    const message = fromLatin1(text);
    assert.equal(encodeBinary(message), message);
  }
});
