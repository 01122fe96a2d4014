/** The protocol suite: what FETCH gives (RFC 9051 §6.4.5, §7.5.2, RFC 3516, 8970, 8514). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, literal, type ImapClient } from '../client.ts';
import type { Plain } from '../data.ts';
import type { ProtocolCases } from './case.ts';
import type { Stage } from './stage.ts';

const MULTIPART = Buffer.from(
  [
    'From: Ann <ann@sender.test>',
    'To: "Bob B." <bob@example.test>, carol@example.test',
    'Cc: team: dan@x.test, eve@x.test;',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Date: Tue, 14 Jan 2025 09:30:00 +0100',
    'Message-ID: <one@sender.test>',
    'In-Reply-To: <none@sender.test>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=outer',
    '',
    'prologue',
    '--outer',
    'Content-Type: text/plain; charset=utf-8; format=flowed',
    'Content-Transfer-Encoding: base64',
    'Content-ID: <part@one>',
    'Content-Description: a greeting',
    '',
    'aGVsbG8gd29ybGQK',
    '--outer',
    'Content-Type: image/png; name="a b.png"',
    'Content-Disposition: attachment; filename="a b.png"; size=3',
    'Content-Language: en, de',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '=00=01=02',
    '--outer',
    'Content-Type: message/rfc822',
    '',
    'From: inner@x.test',
    'Subject: inner',
    '',
    'inner text',
    '--outer--',
    'epilogue',
    '',
  ].join('\r\n'),
);

/** The one item of the one message. */
async function item(client: ImapClient, what: string, named: string): Promise<Plain | undefined> {
  const all = fetched((await client.ok(`FETCH 1 ${what}`)).untagged);
  const { items } = all.find(({ items }) => items.has(named)) ?? { items: new Map() };
  assert.ok(items.has(named), `FETCH ${what}: ${JSON.stringify(all)}`);
  return items.get(named) as Plain;
}

function octets(what: string, named: string, expected: string | null) {
  return async (stage: Stage): Promise<void> => {
    const client = await stage.selected(MULTIPART);
    assert.equal(await item(client, what, named), expected);
  };
}

const INNER = 'From: inner@x.test\r\nSubject: inner\r\n\r\ninner text';

export const FETCH: ProtocolCases = {
  'macros stand for their items': async (stage) => {
    const client = await stage.many(1);
    const names = async (macro: string): Promise<string[]> =>
      [...fetched((await client.ok(`FETCH 1 ${macro}`)).untagged)[0]!.items.keys()].toSorted();
    const fast = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'];
    assert.deepEqual(await names('FAST'), fast);
    assert.deepEqual(await names('ALL'), ['ENVELOPE', ...fast]);
    assert.deepEqual(await names('FULL'), ['BODY', 'ENVELOPE', ...fast]);
  },

  'UID FETCH gives the UID, asked for or not': async (stage) => {
    const client = await stage.many(2);
    const { untagged } = await client.ok('UID FETCH 1:* FLAGS');
    assert.equal(fetched(untagged).filter(({ items }) => items.has('UID')).length, 2);
  },

  'ENVELOPE has the parts of every address': async (stage) => {
    const client = await stage.selected(MULTIPART);
    const ann = [['Ann', null, 'ann', 'sender.test']];
    assert.deepEqual(await item(client, 'ENVELOPE', 'ENVELOPE'), [
      'Tue, 14 Jan 2025 09:30:00 +0100',
      '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
      ann,
      ann,
      ann,
      [
        ['Bob B.', null, 'bob', 'example.test'],
        [null, null, 'carol', 'example.test'],
      ],
      [
        [null, null, 'team', null],
        [null, null, 'dan', 'x.test'],
        [null, null, 'eve', 'x.test'],
        [null, null, null, null],
      ],
      null,
      '<none@sender.test>',
      '<one@sender.test>',
    ]);
  },

  'BODYSTRUCTURE has every part with its sizes': async (stage) => {
    const client = await stage.selected(MULTIPART);
    const structure = await item(client, 'BODYSTRUCTURE', 'BODYSTRUCTURE');
    const lower = JSON.parse(JSON.stringify(structure).toLowerCase()) as Plain;
    const inner = [null, null, 'inner', 'x.test'];
    const text = ['text', 'plain', ['charset', 'utf-8', 'format', 'flowed'], '<part@one>'];
    const image = ['image', 'png', ['name', 'a b.png'], null, null, 'quoted-printable', '9', null];
    const attached = ['attachment', ['filename', 'a b.png', 'size', '3']];
    const message = ['message', 'rfc822', null, null, null, '7bit', String(INNER.length)];
    const plain = ['text', 'plain', ['charset', 'us-ascii'], null, null, '7bit', '10', '0'];
    const none = [null, null, null, null];
    assert.deepEqual(lower, [
      [...text, 'a greeting', 'base64', '16', '0', ...none],
      [...image, attached, ['en', 'de'], null],
      [
        ...message,
        [null, 'inner', [inner], [inner], [inner], null, ...none],
        [...plain, ...none],
        '3',
        ...none,
      ],
      'mixed',
      ['boundary', 'outer'],
      null,
      null,
      null,
    ]);
  },

  'BODY is BODYSTRUCTURE without what came later': async (stage) => {
    const client = await stage.many(1);
    const body = await item(client, 'BODY', 'BODY');
    const full = (await item(client, 'BODYSTRUCTURE', 'BODYSTRUCTURE')) as readonly Plain[];
    assert.deepEqual(body, full.slice(0, 8));
  },

  'BODY[] is all octets, BODY[TEXT] those of the body': async (stage) => {
    const client = await stage.selected(MULTIPART);
    assert.equal(await item(client, 'BODY.PEEK[]', 'BODY[]'), MULTIPART.toString());
    const text = MULTIPART.toString().slice(MULTIPART.indexOf('prologue'));
    assert.equal(await item(client, 'BODY.PEEK[TEXT]', 'BODY[TEXT]'), text);
    assert.equal(await item(client, 'RFC822.TEXT', 'RFC822.TEXT'), text);
    assert.equal(await item(client, 'RFC822', 'RFC822'), MULTIPART.toString());
    assert.equal(Number(await item(client, 'RFC822.SIZE', 'RFC822.SIZE')), MULTIPART.length);
  },

  'BODY[1] is a part as it was sent': octets('BODY.PEEK[1]', 'BODY[1]', 'aGVsbG8gd29ybGQK'),
  'BODY[1.MIME] is the header of a part': octets(
    'BODY.PEEK[2.MIME]',
    'BODY[2.MIME]',
    'Content-Type: image/png; name="a b.png"\r\n' +
      'Content-Disposition: attachment; filename="a b.png"; size=3\r\n' +
      'Content-Language: en, de\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n',
  ),
  'BODY[3] is a message inside': octets('BODY.PEEK[3]', 'BODY[3]', INNER),
  'BODY[3.HEADER] is the header of a message inside': octets(
    'BODY.PEEK[3.HEADER]',
    'BODY[3.HEADER]',
    'From: inner@x.test\r\nSubject: inner\r\n\r\n',
  ),
  'BODY[3.TEXT] and BODY[3.1] are its text': async (stage) => {
    await octets('BODY.PEEK[3.TEXT]', 'BODY[3.TEXT]', 'inner text')(stage);
    const client = await stage.another();
    assert.equal(await item(client, 'BODY.PEEK[3.1]', 'BODY[3.1]'), 'inner text');
  },
  'a part that is not there is NIL': async (stage) => {
    const client = await stage.selected(MULTIPART);
    for (const section of ['4', '3.2', '9.9.9'])
      assert.ok(!(await item(client, `BODY.PEEK[${section}]`, `BODY[${section}]`)), section);
  },

  'fields are given by name, in the order of the message, or all but those': async (stage) => {
    const client = await stage.selected(MULTIPART);
    assert.equal(
      await item(
        client,
        'BODY.PEEK[HEADER.FIELDS (Message-ID "FROM" X-None)]',
        'BODY[HEADER.FIELDS (MESSAGE-ID FROM X-NONE)]',
      ).catch(() =>
        item(
          client,
          'BODY.PEEK[HEADER.FIELDS (Message-ID "FROM" X-None)]',
          'BODY[HEADER.FIELDS (MESSAGE-ID "FROM" X-NONE)]',
        ),
      ),
      'From: Ann <ann@sender.test>\r\nMessage-ID: <one@sender.test>\r\n\r\n',
    );
    const others = await item(
      client,
      'BODY.PEEK[HEADER.FIELDS.NOT (From To Cc Date Message-ID In-Reply-To MIME-Version Content-Type)]',
      'BODY[HEADER.FIELDS.NOT (FROM TO CC DATE MESSAGE-ID IN-REPLY-TO MIME-VERSION CONTENT-TYPE)]',
    );
    assert.equal(others, 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\n');
  },

  'a part of the octets is given from a place on': async (stage) => {
    const client = await stage.selected(MULTIPART);
    const text = MULTIPART.toString();
    assert.equal(await item(client, 'BODY.PEEK[]<0.9>', 'BODY[]<0>'), text.slice(0, 9));
    assert.equal(await item(client, 'BODY.PEEK[]<5.20>', 'BODY[]<5>'), text.slice(5, 25));
    assert.equal(await item(client, 'BODY.PEEK[1]<14.99>', 'BODY[1]<14>'), 'QK'.slice(0, 2));
    assert.equal(await item(client, 'BODY.PEEK[]<99999.5>', 'BODY[]<99999>'), '');
  },

  'reading a body sets \\Seen and says so, peeking does not': async (stage) => {
    const client = await stage.many(2);
    for (const peek of ['BODY.PEEK[]', 'ENVELOPE', 'RFC822.HEADER', 'BODYSTRUCTURE'])
      await client.ok(`FETCH 1:2 ${peek}`);
    const flags = async (): Promise<unknown[]> =>
      fetched((await client.ok('FETCH 1:2 FLAGS')).untagged).map(({ items }) =>
        (items.get('FLAGS') as string[]).filter((flag) => flag !== '\\Recent'),
      );
    assert.deepEqual(await flags(), [[], []]);
    const { untagged } = await client.ok('FETCH 1 BODY[]');
    const told = fetched(untagged).flatMap(({ items }) => items.get('FLAGS') ?? []);
    assert.ok(told.includes('\\Seen'));
    assert.deepEqual(await flags(), [['\\Seen'], []]);
  },

  'what a message has no word for is BAD': async (stage) => {
    const client = await stage.many(1);
    for (const what of ['', 'XYZZY', '()', '(FLAGS', 'BODY[', 'BODY[1.]', 'BODY[MIME]'])
      assert.equal((await client.run(`FETCH 1 ${what}`)).status, 'BAD', what);
    for (const what of ['BODY[HEADER.FIELDS]', 'BODY[HEADER.FIELDS ()]', 'ALL FAST'])
      assert.equal((await client.run(`FETCH 1 ${what}`)).status, 'BAD', what);
  },

  'BINARY is a part decoded, and its size': {
    needs: 'BINARY',
    async run(stage) {
      const client = await stage.selected(MULTIPART);
      assert.equal(await item(client, 'BINARY.PEEK[1]', 'BINARY[1]'), 'hello world\n');
      assert.equal(await item(client, 'BINARY.SIZE[1]', 'BINARY.SIZE[1]'), '12');
      assert.equal(await item(client, 'BINARY.PEEK[1]<6.3>', 'BINARY[1]<6>'), 'wor');
      assert.equal(await item(client, 'BINARY.PEEK[2]', 'BINARY[2]'), '\0\x01\x02');
      assert.equal(await item(client, 'BINARY.SIZE[2]', 'BINARY.SIZE[2]'), '3');
    },
  },

  'BINARY with NUL comes as a literal of its own kind': {
    needs: 'BINARY',
    async run(stage) {
      const client = await stage.selected(MULTIPART);
      const { untagged } = await client.ok('FETCH 1 BINARY.PEEK[2]');
      const values = untagged.flatMap((response) =>
        response.kind === 'data' && response.values[2]?.kind === 'list'
          ? response.values[2].items
          : [],
      );
      assert.ok(values.some((value) => value.kind === 'string' && value.form === 'literal8'));
    },
  },

  'BINARY of what cannot be decoded is NO': {
    needs: 'BINARY',
    async run(stage) {
      const fields = ['MIME-Version: 1.0', 'Content-Transfer-Encoding: x-unheard-of'];
      const client = await stage.selected({ more: fields, body: 'x' });
      const refused = await client.fails('NO', 'FETCH 1 BINARY.PEEK[1]');
      assert.ok(codeOf([refused], 'UNKNOWN-CTE'));
    },
  },

  'APPEND takes octets of any kind': {
    needs: 'BINARY',
    async run(stage) {
      const client = await stage.selected();
      const head = 'MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n';
      const body = Buffer.from([0, 1, 2, 13, 0, 10, 255]);
      const whole = [Buffer.from(`${head}Content-Transfer-Encoding: binary\r\n\r\n`), body];
      await client.ok(`APPEND ${stage.mailbox} `, literal(Buffer.concat(whole), { binary: true }));
      const { untagged } = await client.ok('FETCH 1 BINARY.PEEK[1]');
      const [list] = untagged.flatMap((r) => (r.kind === 'data' ? (r.values[2] ?? []) : []));
      assert.ok(list?.kind === 'list' && list.items[1]?.kind === 'string');
      assert.deepEqual(list.items[1].bytes, body);
    },
  },

  'PREVIEW is the beginning of the text': {
    needs: 'PREVIEW',
    async run(stage) {
      const html = ['MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8'];
      const client = await stage.selected(
        { body: 'The quick brown fox\r\njumps over the lazy dog.\r\n' },
        { more: html, body: '<html><body><p>Gr&uuml;&szlig;e <b>dir</b></p></body></html>\r\n' },
      );
      const texts = fetched((await client.ok('FETCH 1:2 (PREVIEW)')).untagged);
      assert.equal(texts[0]!.items.get('PREVIEW'), 'The quick brown fox jumps over the lazy dog.');
      assert.equal(texts[1]!.items.get('PREVIEW'), 'Grüße dir');
      const lazy = await client.ok('FETCH 1 (PREVIEW (LAZY))');
      assert.ok(fetched(lazy.untagged)[0]!.items.has('PREVIEW'));
      const flags = fetched((await client.ok('FETCH 1 FLAGS')).untagged)[0]!.items.get('FLAGS');
      assert.ok(!(flags as string[]).includes('\\Seen'));
    },
  },

  'SAVEDATE is when a message came to its mailbox': {
    needs: 'SAVEDATE',
    async run(stage) {
      const client = await stage.selected();
      const date = '" 1-Jan-2001 00:00:00 +0000"';
      await client.ok(`APPEND ${stage.mailbox} ${date} `, literal('Subject: x\r\n\r\n'));
      await client.ok('NOOP');
      const { untagged } = await client.ok('FETCH 1 (INTERNALDATE SAVEDATE)');
      const { items } = fetched(untagged)[0]!;
      assert.equal(Date.parse(String(items.get('INTERNALDATE'))), Date.UTC(2001, 0, 1));
      assert.ok(Math.abs(Date.parse(String(items.get('SAVEDATE'))) - Date.now()) < 3_600_000);
    },
  },

  'a thousand messages come in order, each once': async (stage) => {
    const client = await stage.many(20);
    const copies = 50;
    for (let i = 1; i < copies; i++) await client.ok(`COPY 1:20 ${stage.mailbox}`);
    await client.ok('NOOP');
    const { untagged } = await client.ok('FETCH 1:* (UID FLAGS ENVELOPE)');
    assert.deepEqual(
      fetched(untagged).map(({ number }) => number),
      Array.from({ length: 20 * copies }, (_, i) => i + 1),
    );
    assert.equal(dataOf(untagged, 'EXPUNGE').length, 0);
  },
};
