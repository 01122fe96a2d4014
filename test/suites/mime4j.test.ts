/**
 * Apache James mime4j's messages, most of them malformed, with the structure and the bodies that it reads in them
 * (mime4j/SOURCE.md): its XML is written here from our structure and compared as a whole, octet for octet, and the decoded
 * bodies with its files. Where we read a message in another way, the reason stands below, and what we read.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { latin1 } from '#bytes';
import { decodeBody } from '#protocol/message/body/decode-body';
import { splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';

const FOLDER = new URL('mime4j/', import.meta.url);

const read = (file: string): Buffer => readFileSync(new URL(file, FOLDER));
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Our structure in the layout of its `NAME.xml`. */
function messageXml(bytes: Uint8Array, root: Part): string {
  return `<message>\r\n${entityXml(bytes, root)}</message>\r\n`;
}

function entityXml(bytes: Uint8Array, part: Part): string {
  const header = bytes.subarray(part.headerStart, part.bodyStart);
  const fields = splitHeader(header).fields.map(({ start, end }) => {
    const text = latin1(header.subarray(start, end)).replace(/\r?\n$/, '');
    return `<field>\r\n${escape(text)}</field>\r\n`;
  });
  return `<header>\r\n${fields.join('')}</header>\r\n${bodyXml(bytes, part)}`;
}

function bodyXml(bytes: Uint8Array, part: Part): string {
  if (part.children) return multipartXml(bytes, part, part.children);
  if (part.message) return messageXml(bytes, part.message.part);
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  if (part.type === 'message' && part.subtype === 'rfc822') {
    // Encoded: it reads the message in it.
    const inner = decodeBody(body, part.encoding)!;
    return messageXml(inner, parseStructure(inner).part);
  }
  return `<body>\r\n${escape(latin1(body))}</body>\r\n`;
}

/** What stands before the first part and after the last delimiter is not in our structure, but between its offsets. */
function multipartXml(bytes: Uint8Array, part: Part, children: readonly Part[]): string {
  const text = latin1(bytes);
  const first = children[0]!;
  const last = children.at(-1)!;
  // One that we make up where there is none, with the text that stands there.
  const isMadeUp = first.headerStart === part.bodyStart;
  const delimiter = isMadeUp ? first.bodyEnd : text.lastIndexOf('\n', first.headerStart - 2) + 1;
  const before = text.slice(part.bodyStart, delimiter);
  const preamble = isMadeUp ? before : before.replace(/\r?\n$/, '');
  const afterLast = text.slice(last.bodyEnd, part.bodyEnd);
  const epilogue = /^(?:\r?\n)?--/.test(afterLast)
    ? afterLast.replace(/^(?:\r?\n)?--[^\n]*\n?/, '')
    : '';
  return [
    '<multipart>\r\n',
    delimiter > part.bodyStart ? `<preamble>\r\n${escape(preamble)}</preamble>\r\n` : '',
    ...(isMadeUp ? [] : children).map(
      (child) => `<body-part>\r\n${entityXml(bytes, child)}</body-part>\r\n`,
    ),
    epilogue === '' ? '' : `<epilogue>\r\n${escape(epilogue)}</epilogue>\r\n`,
    '</multipart>\r\n',
  ].join('');
}

/** The decoded bodies of the leaves by the number that its file names have: a message counts as its part 1. */
function decodedBodies(
  bytes: Uint8Array,
  part: Part,
  number: string,
  found: Map<string, Uint8Array>,
): void {
  if (part.children) {
    if (part.children[0]!.headerStart === part.bodyStart) return;
    for (const [index, child] of part.children.entries())
      decodedBodies(bytes, child, `${number}_${index + 1}`, found);
    return;
  }
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  if (part.message) decodedBodies(bytes, part.message.part, `${number}_1`, found);
  else if (part.type === 'message' && part.subtype === 'rfc822') {
    const inner = decodeBody(body, part.encoding)!;
    decodedBodies(inner, parseStructure(inner).part, `${number}_1`, found);
  } else found.set(number, decodeBody(body, part.encoding)!);
}

/**
 * mime4j drops a line that is no field, or what stands before the next empty line; here, as in Postfix, the body starts at
 * that line (fields.ts), so that nothing of the message is lost to its reader. The body that we read instead:
 */
const BODY_STARTS_AT_NO_FIELD: Readonly<Record<string, RegExp>> = {
  'basic-plain-with-bad-header-separator': /^This is a very simple message with/,
  'malformedHeader-nocrlfcrlf': /^This is an invalid header\r\nAnotherHeader: /,
  'malformedHeader-noheader': /^This is a simple message not having headers/,
  'malformedHeaderStartsBody-nocrlfcrlf': /^This is an invalid header\r\nAnotherHeader: /,
  'malformedHeaderStartsBody-noheader': /^This is a simple message not having headers[^]*The whole/,
  obsolete: /^Inval.d-Header: this is not valid/,
};

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.msg'))
  .map((file) => file.slice(0, -'.msg'.length));
let differences = 0;
let bodies = 0;

for (const name of names)
  test(name, (t) => {
    const bytes = read(`${name}.msg`);
    const { part } = parseStructure(bytes);
    const found = new Map<string, Uint8Array>();
    decodedBodies(bytes, part, '', found);
    const other = BODY_STARTS_AT_NO_FIELD[name];
    if (other !== undefined) {
      differences++;
      t.diagnostic(`${name}: the body starts at the first line that is no field`);
      assert.match(latin1(found.get('')!), other);
      return;
    }
    assert.equal(messageXml(bytes, part), latin1(read(`${name}.xml`)));
    const decoded = latin1(read(`${name}_decoded.xml`)).matchAll(/-body name="([^"]+)"/g);
    for (const [, file] of decoded) {
      // In its names the message is number 1.
      const number = /_decoded_1((?:_\d+)*)\./.exec(file!)![1]!;
      const body = found.get(number);
      assert.equal(latin1(body!), latin1(read(file!)), file);
      bodies++;
    }
  });

/** A part begins with its header, its body follows at once, and its children lie within, one after the other. */
function assertNested({ headerStart, bodyStart, bodyEnd, children, message }: Part): void {
  assert.ok(headerStart <= bodyStart && bodyStart <= bodyEnd);
  if (message) assert.equal(message.part.headerStart, bodyStart);
  let from = bodyStart;
  for (const part of [...(children ?? []), ...(message ? [message.part] : [])]) {
    assert.ok(from <= part.headerStart && part.bodyEnd <= bodyEnd);
    assertNested(part);
    from = part.bodyEnd;
  }
}

test('the tree of each message points into it from the first octet to the last: nothing is lost, nothing made up', () => {
  for (const name of names) {
    const bytes = read(`${name}.msg`);
    const { part } = parseStructure(bytes);
    assert.deepEqual([part.headerStart, part.bodyEnd], [0, bytes.length], name);
    assertNested(part);
  }
});

test('the suite has 32 messages, of which 6 are read otherwise, and so many decoded bodies', () => {
  assert.equal(names.length, 32);
  assert.equal(differences, 6);
  assert.equal(bodies, 31);
});
