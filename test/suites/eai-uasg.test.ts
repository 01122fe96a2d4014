/**
 * The EAI test list of the UASG, as far as it is about the grammar of addresses and headers: each test here carries the
 * ids it covers. What needs a session (capabilities, parameters sent, refusals) is tested where sessions are; those ids are
 * listed below, so that every id of the MTA and MSA lists is accounted for.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { parseAddressList } from '#protocol/address/address-list';
import { toAscii, toUnicode } from '#protocol/address/domain';
import {
  displayMailbox,
  formatMailbox,
  isAscii,
  mailboxKey,
  needsSmtputf8,
} from '#protocol/address/mailbox';
import { parseForwardPath, parseMailbox, parseReversePath } from '#protocol/address/path';
import { encodeUnstructured } from '#protocol/message/header/encoded-word';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { formatMessageId, newMessageId } from '#protocol/message/header/message-id';
import { summarize } from '#protocol/message/summary';
import { type EaiRole, readEaiCases } from './eai-uasg/cases.ts';

/** Left to right and right to left, each as U-labels and A-labels. */
const DOMAINS = [
  { unicode: '例え.テスト', ascii: 'xn--r8jz45g.xn--zckzah' },
  { unicode: '普遍接受-测试.世界', ascii: 'xn----f38am99bqvcd5liy1cxsg.xn--rhqv96g' },
  { unicode: 'उदाहरण.परीक्षा', ascii: 'xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g' },
  { unicode: 'مثال.إختبار', ascii: 'xn--mgbh0fb.xn--kgbechtv' },
  { unicode: 'bücher.example', ascii: 'xn--bcher-kva.example' },
];
const LOCAL_PARTS = ['用户', 'おとわ', 'अजय', 'علي', 'jürgen', 'e\u0301mile'];
/** The «Email use cases»: every mixture but ASCII on both sides. */
const ADDRESSES = DOMAINS.flatMap((domain) =>
  [...LOCAL_PARTS, 'ascii'].flatMap((local) => [
    { local, ascii: domain.ascii, text: `${local}@${domain.unicode}` },
    { local, ascii: domain.ascii, text: `${local}@${domain.ascii}` },
  ]),
);

/** Ids whose rest needs a session or a relayed message. */
const SESSION: Readonly<Record<'MTA' | 'MSA', readonly number[]>> = {
  MTA: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  MSA: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
};
/** Ids that hold only for software that rewrites headers for a peer without SMTPUTF8; this one never alters them. */
const REWRITING = ['EAI-MSA-014', 'EAI-MSA-015'];

const covered = new Set<string>();

function eai(ids: readonly string[], name: string, body: () => void): void {
  for (const id of ids) covered.add(id);
  test(`${ids.join(' ')}: ${name}`, body);
}

eai(['EAI-MTA-003', 'EAI-MSA-003'], 'a host name of ours has the A-labels that EHLO needs', () => {
  for (const { unicode, ascii } of DOMAINS) assert.equal(toAscii(unicode), ascii);
});

eai(['EAI-MTA-005'], 'a host name has the U-labels that a trace field shows', () => {
  for (const { unicode, ascii } of DOMAINS) assert.equal(toUnicode(ascii), unicode);
});

eai(['EAI-MTA-007', 'EAI-MSA-005'], 'MAIL takes a reverse-path in U-labels or A-labels', () => {
  for (const { local, ascii, text } of ADDRESSES)
    assert.deepEqual(parseReversePath(`<${text}>`), {
      kind: 'path',
      mailbox: { localPart: local, domain: ascii },
      utf8: !isAscii(text),
    });
});

eai(['EAI-MTA-008', 'EAI-MSA-006'], 'RCPT takes a forward-path in U-labels or A-labels', () => {
  for (const { local, ascii, text } of ADDRESSES)
    assert.deepEqual(parseForwardPath(`<${text}>`), {
      kind: 'path',
      mailbox: { localPart: local, domain: ascii },
      utf8: !isAscii(text),
    });
});

eai(
  ['EAI-MTA-004', 'EAI-MSA-004', 'EAI-MTA-013', 'EAI-MSA-011'],
  'an address with a non-ASCII local part needs SMTPUTF8',
  () => {
    for (const { local, text } of ADDRESSES)
      assert.equal(needsSmtputf8(parseMailbox(text)!), local !== 'ascii');
  },
);

eai(
  ['EAI-MTA-012', 'EAI-MSA-010', 'EAI-MSA-012', 'EAI-MSA-013'],
  'an address with an ASCII local part goes out in ASCII, its domain in A-labels',
  () => {
    for (const { unicode, ascii } of DOMAINS) {
      const mailbox = parseMailbox(`user@${unicode}`)!;
      assert.equal(needsSmtputf8(mailbox), false);
      assert.equal(formatMailbox(mailbox), `user@${ascii}`);
    }
  },
);

for (const [ids, fields] of [
  [['EAI-MTA-009', 'EAI-MSA-007'], ['From', 'Reply-To']],
  [['EAI-MTA-010', 'EAI-MSA-008'], ['To', 'Cc', 'Bcc']],
] as const)
  eai(ids, `${fields.join(', ')} are read with addresses of every mixture`, () => {
    for (const name of fields)
      for (const { local, ascii, text } of ADDRESSES) {
        const bytes = utf8(`${name}: ${local} <${text}>, ${text}\r\n\r\n`);
        const header = splitHeader(bytes);
        const list = parseAddressList(fieldValue(bytes, fieldsNamed(header, name)[0]!));
        const mailbox = { localPart: local, domain: ascii };
        assert.deepEqual(list, {
          kind: 'addresses',
          mailboxes: [{ displayName: local, mailbox }, { mailbox }],
          groups: [],
        });
      }
  });

eai(['EAI-MTA-011', 'EAI-MSA-009'], 'a Subject in UTF-8 is read as it stands', () => {
  for (const text of LOCAL_PARTS)
    assert.equal(summarize(utf8(`Subject: ${text}\r\n\r\n`)).subject, text);
});

eai(['EAI-MSA-016'], 'a Subject of ours is written in ASCII and reads as the text', () => {
  for (const text of LOCAL_PARTS) {
    const value = encodeUnstructured(text, 'Subject: '.length);
    assert.ok(isAscii(value));
    assert.equal(summarize(utf8(`Subject: ${value}\r\n\r\n`)).subject, text);
  }
});

eai(['EAI-MSA-017'], 'a Message-ID of ours is ASCII for a domain of any script', () => {
  for (const { unicode } of DOMAINS) {
    const domain = toAscii(unicode)!;
    const id = newMessageId({ time: 1_795_488_704_000, random: new Uint8Array(8), domain });
    assert.ok(isAscii(formatMessageId(id)));
    assert.ok(id.endsWith(`@${domain}`));
  }
});

eai(['EAI-MSP-001', 'EAI-MSP-002'], 'an address in any script can be configured', () => {
  for (const { local, ascii, text } of ADDRESSES)
    assert.deepEqual(parseMailbox(text), { localPart: local, domain: ascii });
});

eai(['EAI-MSP-003', 'EAI-MSP-004'], 'an address is shown as it was entered', () => {
  for (const { unicode } of DOMAINS)
    for (const local of LOCAL_PARTS) {
      const mailbox = parseMailbox(`${local}@${unicode}`)!;
      assert.equal(displayMailbox(mailbox), `${local}@${unicode}`);
      assert.deepEqual(parseMailbox(displayMailbox(mailbox)), mailbox);
    }
});

test('one mailbox has one key, whichever labels and normal form it is written in', () => {
  for (const { unicode, ascii } of DOMAINS)
    assert.equal(
      mailboxKey(parseMailbox(`\u00c9mile@${unicode}`)!),
      mailboxKey(parseMailbox(`e\u0301MILE@${ascii.toUpperCase()}`)!),
    );
});

test('every id of the MTA and MSA lists is covered here, left to a session, or does not apply', (t) => {
  const counts: Readonly<Record<EaiRole, number>> = { MTA: 13, MSA: 17, MDA: 39, MSP: 12, MUA: 72 };
  for (const [role, count] of Object.entries(counts))
    assert.equal(readEaiCases(role as EaiRole).length, count);
  const known = new Set(
    (['MTA', 'MSA', 'MSP'] as const).flatMap((role) => readEaiCases(role).map(({ id }) => id)),
  );
  for (const id of covered) assert.ok(known.has(id), id);
  const left = new Set([...covered, ...REWRITING]);
  for (const [role, numbers] of Object.entries(SESSION))
    for (const number of numbers) left.add(`EAI-${role}-${String(number).padStart(3, '0')}`);
  for (const role of ['MTA', 'MSA'] as const)
    for (const { id } of readEaiCases(role)) assert.ok(left.has(id), id);
  for (const id of REWRITING)
    t.diagnostic(`skip ${id}: holds only for software that rewrites header addresses, which this one never does`);
  assert.equal(REWRITING.length, 2);
});
