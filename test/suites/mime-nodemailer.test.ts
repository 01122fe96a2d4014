/**
 * The messages of postal-mime and mailparser (mime-nodemailer/SOURCE.md), the MIME torture message among them, with
 * postal-mime itself as referee: attachments with names, dispositions and octets, the texts, subject, people, date and
 * identifier, and so on in each message inside a message. It joins texts and normalises white space, so that
 * texts are compared without theirs.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { latin1 } from '#bytes';
import { parseDate } from '#protocol/message/header/date';
import { decodeBody } from '#protocol/message/body/decode-body';
import type { EnvelopeAddress } from '#protocol/message/structure';
import { eachPart } from '#protocol/message/body/each-part';
import { octetsAsText } from '#protocol/message/header/field-text';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import type { Part } from '#protocol/message/structure';

const FOLDER = path.join(import.meta.dirname, 'mime-nodemailer');

const dense = (text: string): string => text.replaceAll(/\s+/g, '');
const lines = (octets: Uint8Array): string => latin1(octets).replaceAll('\r\n', '\n').trimEnd();

type People = readonly string[];

function theirPeople(list: readonly Address[] | undefined): People {
  return (list ?? []).flatMap((each) =>
    each.group ? theirPeople(each.group) : [`${each.name} <${each.address ?? ''}>`],
  );
}

function ourPeople(list: readonly EnvelopeAddress[]): People {
  return list
    .filter(([, , , host]) => host !== null)
    .map(([name, , mailbox, host]) => `${octetsAsText(name ?? '')} <${mailbox}@${host}>`);
}

function theirs(email: Email) {
  return {
    subject: email.subject ?? '',
    from: theirPeople(email.from && [email.from]),
    to: theirPeople(email.to),
    cc: theirPeople(email.cc),
    date: email.date === undefined ? undefined : parseDate(email.date),
    id: email.messageId ?? '',
    attachments: email.attachments.map(({ filename, mimeType, disposition, content }) => ({
      name: filename,
      type: mimeType,
      disposition,
      octets: lines(new Uint8Array(content as ArrayBuffer)),
    })),
  };
}

function isShown({ type, subtype, disposition }: Part): boolean {
  return type === 'text' && /^(?:plain|html)$/.test(subtype) && disposition?.type !== 'attachment';
}

function decoded(bytes: Uint8Array, part: Part): Uint8Array {
  return decodeBody(bytes.subarray(part.bodyStart, part.bodyEnd), part.encoding)!;
}

async function compare(bytes: Uint8Array): Promise<number> {
  const email = await PostalMime.parse(bytes, { forceRfc822Attachments: true });
  const { envelope, part: root } = parseStructure(bytes);
  const messages = new Set<Part>();
  const leaves: Part[] = [];
  for (const part of eachPart(root, (each) => !messages.has(each))) {
    if (part.message) messages.add(part.message.part);
    if (!part.children) leaves.push(part);
  }
  const ours = {
    subject: octetsAsText(envelope.subject ?? ''),
    from: ourPeople(envelope.from),
    to: ourPeople(envelope.to),
    cc: ourPeople(envelope.cc),
    date: envelope.date === null ? undefined : parseDate(envelope.date),
    id: envelope.messageId ?? '',
    attachments: leaves
      .filter((part) => !isShown(part))
      .map((part) => ({
        name: fileName(part) ?? null,
        type: `${part.type}/${part.subtype}`,
        disposition: part.disposition?.type ?? null,
        octets: lines(decoded(bytes, part)),
      })),
  };
  assert.deepEqual(ours, theirs(email));
  const [text, html] = [dense(email.text ?? ''), dense(email.html ?? '')];
  for (const part of leaves.filter(isShown)) {
    const all = part.subtype === 'html' ? html : text;
    assert.ok(all.includes(dense(partText(bytes, part, Infinity))), 'a text is in theirs');
  }
  let compared = 1;
  for (const part of leaves) if (part.message) compared += await compare(decoded(bytes, part));
  return compared;
}

const files = globSync('*/*.eml', { cwd: FOLDER }).toSorted();
let messages = 0;

for (const file of files)
  test(file, async () => {
    messages += await compare(readFileSync(path.join(FOLDER, file)));
  });

test('the suite has 15 files, with so many messages in them', () => {
  assert.equal(files.length, 15);
  assert.equal(messages, 30);
});
