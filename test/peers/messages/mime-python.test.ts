/**
 * Our reading of MIME against that of Python's `email` package: the messages of five suites, parts, types, file names and
 * decoded bodies. Where the two differ, the reason stands below, for each message.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hex } from '#bytes';
import { decodeBody } from '#protocol/message/body/decode-body';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';
import { pythonPeer } from '../../support/peers/installed.ts';

const peer = pythonPeer('email', 'python3');
const SUITES = path.join(import.meta.dirname, '../../suites');

type Seen = {
  readonly type: string;
  readonly name: string | null;
  readonly parts?: readonly Seen[];
  readonly body?: string;
};

function ours(bytes: Uint8Array, part: Part): Seen {
  const about = { type: `${part.type}/${part.subtype}`, name: fileName(part) ?? null };
  const parts = part.children ?? (part.message && [part.message.part]);
  if (parts) return { ...about, parts: parts.map((child) => ours(bytes, child)) };
  if (part.type === 'message' && part.subtype !== 'rfc822') return about;
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  return { ...about, body: hex(decodeBody(body, part.encoding) ?? body) };
}

const MADE_UP = 'a multipart without parts has one, its text; Python gives its body';
const ENCODED = 'a message that is encoded is opaque; Python parses what is encoded';
const SAME = 'of two open multiparts with one boundary the inner one has the parts; Python ends it';
const LAST_LINE = 'where the last delimiter is missing, the last line end stays; Python drops it';
const ADJACENT = 'between two delimiters is an empty part; Python takes such lines together';
const PREFIX =
  'a line delimits that starts with the boundary (RFC 2046 §5.1.1); Python wants nothing after it';
const PADDING = 'a boundary may end with spaces in quotes; Python drops them';
const SPACE = 'white space before a line end of quoted-printable is dropped (RFC 2045 §6.7)';

/** Where we read in another way than Python, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'mime-mail-parser/malformed/000.eml': ADJACENT,
  'mime-mail-parser/malformed/001.eml': MADE_UP,
  'mime-mail-parser/malformed/002.eml': MADE_UP,
  'mime-mail-parser/malformed/003.eml': SAME,
  'mime-mail-parser/malformed/004.eml': PREFIX,
  'mime-mail-parser/malformed/005.eml':
    'the longest boundary that matches counts, here the inner one',
  'mime-mail-parser/malformed/006.eml': LAST_LINE,
  'mime-mail-parser/malformed/008.eml': LAST_LINE,
  'mime-mail-parser/malformed/009.eml': LAST_LINE,
  'mime-mail-parser/malformed/011.eml': LAST_LINE,
  'mime-mail-parser/malformed/012.eml': LAST_LINE,
  'mime-mail-parser/malformed/013.eml': SAME,
  'mime-mail-parser/malformed/014.eml': 'a delimiter that ends the message starts no part',
  'mime-mail-parser/malformed/016.eml': LAST_LINE,
  'mime-mail-parser/malformed/017.eml': 'a parameter is read without its semicolon',
  'mime-mail-parser/malformed/019.eml':
    'a name before spaces and a colon is a field (RFC 5322 §4.5.8)',
  'mime-mail-parser/rfc/008.eml': ENCODED,
  'mime-mail-parser/thirdparty/003.eml': 'white space before and after an encoding does not matter',
  'mime-mail-parser/thirdparty/005.eml': LAST_LINE,
  'mime-mail-parser/thirdparty/012.eml': 'a boundary is unfolded like all of its field',
  'mime-mail-parser/thirdparty/015.eml': MADE_UP,
  'mime-nodemailer/mailparser/nested.eml': SPACE,
  'mime-python-email/msg_15.txt': SAME,
  'mime-python-email/msg_17.txt': MADE_UP,
  'mime-python-email/msg_25.txt': MADE_UP,
  'mime-python-email/msg_31.txt': MADE_UP,
  'mime-python-email/msg_37.txt': ADJACENT,
  'mime-python-email/msg_39.txt': SAME,
  'mime-python-email/msg_41.txt': MADE_UP,
  'mime-python-email/msg_42.txt': MADE_UP,
  'mime4j/bad-newlines-multiple-parts-base64.msg': ENCODED,
  'mime4j/base64encoded-rfc822message-nested.msg': ENCODED,
  'mime4j/base64encoded-rfc822message.msg': ENCODED,
  'mime4j/ending-boundaries.msg': PREFIX,
  'mime4j/missing-boundary.msg': MADE_UP,
  'mime4j/missing-inner-boundary.msg': MADE_UP,
  'mime4j/missing-inner-start-boundary.msg': MADE_UP,
  'mime4j/multipartemptypart.msg': ADJACENT,
  'mime4j/multipartnopart.msg': MADE_UP,
  'mime4j/obsolete.msg': 'a name before spaces and a colon is a field (RFC 5322 §4.5.8)',
  'mime4j/very-long-boundary.msg': PADDING,
  'mime4j/very-very-long-boundary.msg': PADDING,
  'mime4j/weird-boundary.msg': PADDING,
};

const files = globSync(['mime4j/*.msg', 'mime-*/**/*.eml', 'mime-python-email/msg_*.txt'], {
  cwd: SUITES,
}).toSorted();

test('messages are read as Python reads them', { skip: peer.skip }, async (t) => {
  const { stdout, status } = spawnSync(
    peer.path,
    [path.join(import.meta.dirname, 'mime-python.py')],
    {
      input: JSON.stringify(files.map((file) => path.join(SUITES, file))),
      maxBuffer: 256_000_000,
    },
  );
  assert.equal(status, 0);
  const theirs = JSON.parse(stdout.toString()) as readonly Seen[];
  for (const [index, file] of files.entries())
    await t.test(file, () => {
      const bytes = readFileSync(path.join(SUITES, file));
      const seen = ours(bytes, parseStructure(bytes).part);
      const difference = DIFFERENCES[file];
      if (difference === undefined) {
        assert.deepEqual(seen, theirs[index]);
        return;
      }
      t.diagnostic(`${file}: ${difference}`);
      assert.notDeepEqual(seen, theirs[index]);
    });
  assert.equal(files.length, 153);
  assert.equal(Object.keys(DIFFERENCES).length, 43);
});
