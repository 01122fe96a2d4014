/**
 * Ruby mail's Japanese and Korean messages (mime-japanese-charsets/SOURCE.md): what a person reads in each, checked by
 * hand against the octets: subject, people, texts, file names, preview.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eachPart } from '#protocol/message/body/each-part';
import { octetsAsText } from '#protocol/message/header/field-text';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import { previewText } from '#protocol/message/body/preview';

const FOLDER = new URL('mime-japanese-charsets/', import.meta.url);

const MIKEL = 'Mikel Lindsaar';
const BLOG = '-- \nhttp://lindsaar.net/\nRails, RSpec and Life blog....\n';

const EXPECTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'japanese.eml': {
    subject: 'まみむめも',
    from: [MIKEL],
    to: ['みける'],
    texts: [`かきくえこ\n\n${BLOG}`],
    names: [],
    preview: 'かきくえこ -- http://lindsaar.net/ Rails, RSpec and Life blog....',
  },
  'japanese_attachment.eml': {
    subject: 'testing',
    from: [MIKEL],
    to: [MIKEL],
    texts: [`testing\n\n${BLOG}`, 'this is a test\nこれわてすと'],
    names: ['てすと.txt'],
    preview: 'testing -- http://lindsaar.net/ Rails, RSpec and Life blog....',
  },
  'japanese_attachment_long_name.eml': {
    subject: 'まみむめも'.repeat(10),
    from: [MIKEL],
    to: [MIKEL],
    texts: ['this is the data\n'],
    names: [`${'かきくけこ'.repeat(5)}.txt`],
    preview: '',
  },
  'japanese_iso_2022.eml': {
    subject: 'まみむめも',
    from: [MIKEL],
    to: ['みける'],
    texts: ['すみません。\n\n'],
    names: [],
    preview: 'すみません。',
  },
  'japanese_shift_jis.eml': {
    subject: 'test',
    from: [''],
    to: [''],
    texts: [
      'あいうえお\n\nこのメールはテスト用のメールです。\n\n今後ともよろしくお願い申し上げます！\n',
    ],
    names: [],
    preview: 'あいうえお このメールはテスト用のメールです。 今後ともよろしくお願い申し上げます！',
  },
  'ks_c_5601-1987.eml': {
    subject: 'test',
    from: [''],
    to: [''],
    texts: ['스티해\n'],
    names: [],
    preview: '스티해',
  },
};

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.eml'));

for (const file of files)
  test(file, () => {
    const bytes = readFileSync(new URL(file, FOLDER));
    const { envelope, part: root } = parseStructure(bytes);
    const parts = [...eachPart(root)];
    const seen = {
      subject: octetsAsText(envelope.subject ?? ''),
      from: envelope.from.map(([name]) => octetsAsText(name ?? '')),
      to: envelope.to.map(([name]) => octetsAsText(name ?? '')),
      texts: parts
        .filter(({ type }) => type === 'text')
        .map((part) => partText(bytes, part, Infinity).replaceAll('\r\n', '\n')),
      names: parts.map((part) => fileName(part)).filter((name) => name !== undefined),
      preview: previewText(bytes, root),
    };
    assert.deepEqual(seen, EXPECTED[file]);
  });

test('the suite has 6 messages', () => {
  assert.equal(files.length, 6);
  assert.equal(Object.keys(EXPECTED).length, 6);
});
