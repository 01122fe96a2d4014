/**
 * The messages of CPython's tests of its `email` package (mime-python-email/SOURCE.md), which come without expectations:
 * what we read in each stands here, checked by hand, and against Python itself in `test/peers/messages/mime-python.test.ts`, where
 * each difference has its reason. A part is its subtype, in quotes the beginning of its decoded text or its file
 * name; a part number in it is found again by its section.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import { findPart } from '#protocol/message/body/section';
import { formatStructure, parseStoredStructure } from '#protocol/message/body/stored-structure';
import type { Part } from '#protocol/message/structure';

const FOLDER = new URL('mime-python-email/', import.meta.url);

const EXPECTED: Readonly<Record<string, string>> = {
  'msg_01.txt': 'plain "Hi,//Do you "',
  'msg_02.txt':
    'mixed(plain "Send Ppp mai" plain "Today\'s Topi" digest(rfc822(plain "hello") rfc822(plain "hello") rfc822(plain "hello") rfc822(plain "hello") rfc822(plain "hello")) plain "____________")',
  'msg_03.txt': 'plain "Hi,//Do you "',
  'msg_04.txt': 'mixed(plain "msg.txt" plain "msg.txt")',
  'msg_05.txt': 'report(plain "Yadda yadda " plain "Yadda yadda " rfc822(plain "Yadda yadda "))',
  'msg_06.txt': 'rfc822(plain "")',
  'msg_07.txt': 'mixed(plain "Hi there,//T" gif "dingusfish.gif")',
  'msg_08.txt': 'mixed(plain "" html "" plain "" plain "")',
  'msg_09.txt': 'mixed(plain "" html "" plain "" plain "")',
  'msg_10.txt':
    'mixed(plain "This is a 7b" html "¡This is a Q" plain "This is a Ba" plain "This is a Ba" plain "This has no ")',
  'msg_11.txt': 'rfc822(plain "Here is the ")',
  'msg_12.txt': 'mixed(plain "" html "" mixed(plain "" plain "") plain "" plain "")',
  'msg_12a.txt': 'mixed(plain "" html "" mixed(plain "" plain "") plain "" plain "")',
  'msg_13.txt': 'mixed(plain "A text/plain" mixed(plain "Hi there,//T" gif "dingusfish.gif"))',
  'msg_14.txt': 'plain "Hi,//I\'m sor"',
  'msg_15.txt': 'mixed(alternative(plain "Some removed" html "<HTML>/<HEAD") gif "xx.gif")',
  'msg_16.txt': 'report(plain "This report " delivery-status rfc822(plain "I always lov"))',
  'msg_17.txt': 'mixed(plain "Hi there,//T")',
  'msg_18.txt': 'plain ""',
  'msg_19.txt': 'plain "Send Ppp mai"',
  'msg_20.txt': 'plain "Hi,//Do you "',
  'msg_21.txt': 'mixed(plain "One" plain "Two")',
  'msg_22.txt':
    'mixed(plain "Text text te" jpeg "wibble.JPG" jpeg "wibble2.JPG" plain "Text text te")',
  'msg_23.txt': 'mixed(plain "A message pa")',
  'msg_24.txt': 'mixed(plain "")',
  'msg_25.txt': 'report(plain "This is a MI")',
  'msg_26.txt': 'mixed(plain "Simple email" riscos "clock.bmp")',
  'msg_27.txt': 'plain "test"',
  'msg_28.txt': 'digest(rfc822(plain "message 1") rfc822(plain "message 2"))',
  'msg_29.txt': 'plain "Hi,//Do you "',
  'msg_30.txt': 'digest(rfc822(plain "message 1") rfc822(plain "message 2"))',
  'msg_31.txt': 'mixed(plain "--BOUNDARY/C")',
  'msg_32.txt': 'plain "Some message"',
  'msg_33.txt': 'signed(plain "part 1" plain "part 2")',
  'msg_34.txt': 'digest(plain "This is a te" rfc822(plain "A submessage"))',
  'msg_35.txt': 'plain "counter to R"',
  'msg_36.txt':
    'mixed(plain "Blah blah bl" alternative(external-body external-body "draft-ietf-mboned-mix-00.txt"))',
  'msg_37.txt': 'mixed(x-one "Blah" plain "" x-two "Blah" plain "" plain "" plain "" x-two "Blah")',
  'msg_38.txt':
    'mixed(mixed(alternative(plain "Unlike the t") plain "and") plain "but puts the" plain "--/It\'s neve")',
  'msg_39.txt':
    'mixed(mixed(alternative(octet-stream octet-stream) alternative(octet-stream octet-stream) alternative(octet-stream octet-stream)) plain "--/It\'s neve")',
  'msg_40.txt': 'html "----96128423"',
  'msg_41.txt': 'alternative(plain "Blah blah bl")',
  'msg_42.txt': 'mixed(plain "Stuff" rfc822(mixed(plain "")))',
  'msg_43.txt': 'report(plain "BANNED FILEN" delivery-status rfc822-headers "Received: fr")',
  'msg_44.txt': 'mixed(plain "msg.txt" plain "msg.txt")',
  'msg_45.txt': 'signed(plain "This is the " pgp-signature "signature.asc")',
  'msg_46.txt': 'rfc822(plain "Testing emai")',
};

function outline(bytes: Uint8Array, part: Part): string {
  const { subtype } = part;
  if (part.children)
    return `${subtype}(${part.children.map((child) => outline(bytes, child)).join(' ')})`;
  if (part.message) return `${subtype}(${outline(bytes, part.message.part)})`;
  const name = fileName(part);
  if (name !== undefined) return `${subtype} "${name}"`;
  if (part.type !== 'text') return subtype;
  const text = partText(bytes, part, Infinity).trim();
  return `${subtype} "${text.slice(0, 12).replaceAll('\n', '/')}"`;
}

/** Every part by its numbers. */
function assertFound(root: Part, message: Part, path: readonly number[]): void {
  const parts = message.children ?? [message];
  for (const [index, part] of parts.entries()) {
    const here = [...path, index + 1];
    assert.equal(findPart(root, here), part);
    if (part.message) assertFound(root, part.message.part, here);
    else if (part !== message && part.children) assertFound(root, part, here);
  }
}

const files = readdirSync(FOLDER).filter((file) => /^msg_.*\.txt$/.test(file));

for (const file of files)
  test(file, () => {
    const bytes = readFileSync(new URL(file, FOLDER));
    const structure = parseStructure(bytes);
    assert.equal(outline(bytes, structure.part), EXPECTED[file]);
    assertFound(structure.part, structure.part, []);
    assert.deepEqual(parseStoredStructure(formatStructure(structure)), structure);
  });

test('the suite has 47 messages', () => {
  assert.equal(files.length, 47);
  assert.equal(Object.keys(EXPECTED).length, 47);
});
