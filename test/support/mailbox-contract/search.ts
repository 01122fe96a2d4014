/**
 * The mailbox contract: search is for substrings, literally, in any case of letters and any script (RFC 9051 §6.4.4,
 * RFC 8621 §4.4.1), in decoded text, and finds what came a moment ago.
 */
import assert from 'node:assert/strict';
import { letter } from './letter.ts';
import type { Behaviour, Behaviours } from './behaviour.ts';
import type { Query } from './driver.ts';

type Messages = Readonly<Record<string, Buffer>>;
type Expectation = readonly [query: Query, ...found: readonly string[]];

/** Stores the messages in INBOX, then asks each query, and compares what it finds by their names. */
function finds(messages: Messages, ...expectations: readonly Expectation[]): Behaviour {
  return async (driver) => {
    await using session = await driver.open();
    const names = new Map<string, string>();
    for (const [name, message] of Object.entries(messages))
      names.set(await session.append('INBOX', message), name);
    for (const [query, ...found] of expectations) {
      const keys = await session.search('INBOX', query);
      assert.deepEqual(
        keys.map((key) => names.get(key)),
        found,
        JSON.stringify(query),
      );
    }
  };
}

const PEOPLE: Messages = {
  ann: letter({ from: 'Ann Archer <ann@sender.test>', to: 'bob@example.test' }),
  ben: letter({
    from: '"Baker, Ben" <BEN@baker.test>',
    to: 'Carol <carol@example.test>, bob@example.test',
  }),
  cy: letter({ from: '=?utf-8?Q?Cy_=C3=89mile?= <cy@sender.test>', to: 'team: dan@x.test;' }),
};

const SUBJECTS: Messages = {
  plain: letter({ subject: 'Minutes of the Meeting' }),
  encoded: letter({ subject: '=?iso-8859-1?Q?Stra=DFenfest_in_K=F6ln?=' }),
  folded: letter({ subject: 'a long\r\n subject that goes on' }),
  split: letter({ subject: '=?utf-8?B?44GT44KT44Gr?= =?utf-8?B?44Gh44Gv5LiW55WM?=' }),
};

const BODIES: Messages = {
  plain: letter({ body: 'The quick brown fox\r\njumps over the lazy dog\r\n' }),
  base64: letter({
    more: ['Content-Transfer-Encoding: base64', 'Content-Type: text/plain; charset=utf-8'],
    body: `${Buffer.from('A naïve café owner jumps\r\n').toString('base64')}\r\n`,
  }),
  printable: letter({
    more: [
      'Content-Transfer-Encoding: quoted-printable',
      'Content-Type: text/plain; charset=iso-8859-1',
    ],
    body: 'Gr=FC=DFe aus M=FCn=\r\nchen\r\n',
  }),
  parts: letter({
    more: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    body: '--b\r\n\r\nfirst part\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>second part</p>\r\n--b--\r\n',
  }),
};

const SHIFT_JIS = Buffer.from('93fa967b8cea82cc967b95b60d0a', 'hex');
const ISO_2022_JP = Buffer.from('\x1b$BEl5~ETJl5$\x1b(B\r\n', 'latin1');
const EUC_JP = Buffer.from('c2e7bae5c9dc0d0a', 'hex');

function japanese(charset: string, body: Buffer): Buffer {
  return letter({
    subject: '=?ISO-2022-JP?B?GyRCMnE1RCROMEY3bxsoQg==?=',
    more: ['MIME-Version: 1.0', `Content-Type: text/plain; charset=${charset}`],
    body,
  });
}

const JAPANESE: Messages = {
  shiftJis: japanese('Shift_JIS', SHIFT_JIS),
  iso2022: japanese('ISO-2022-JP', ISO_2022_JP),
  eucJp: japanese('EUC-JP', EUC_JP),
  utf8: letter({
    subject: '請求書',
    more: ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8'],
    body: '飛脚は東京から京都まで走る。\r\n',
  }),
};

export const SEARCH: Behaviours = {
  'finds by flags and keywords': async (driver) => {
    await using session = await driver.open();
    const one = await session.append('INBOX', letter(), { flags: ['$seen', 'word'] });
    const two = await session.append('INBOX', letter(), { flags: ['$flagged'] });
    const three = await session.append('INBOX', letter(), { flags: ['$answered', '$draft'] });
    const ask = (query: Query) => session.search('INBOX', query);
    assert.deepEqual(await ask({ flag: '$seen' }), [one]);
    assert.deepEqual(await ask({ not: { flag: '$seen' } }), [two, three]);
    assert.deepEqual(await ask({ flag: 'word' }), [one]);
    assert.deepEqual(await ask({ or: [{ flag: '$flagged' }, { flag: '$draft' }] }), [two, three]);
    assert.deepEqual(await ask({ flag: 'nobody-has-this' }), []);
  },

  'finds people by any part of their name or address': finds(
    PEOPLE,
    [{ from: 'ann' }, 'ann'],
    [{ from: 'SENDER.TEST' }, 'ann', 'cy'],
    [{ from: 'archer' }, 'ann'],
    [{ from: 'ben@baker' }, 'ben'],
    [{ from: 'nobody' }],
    [{ to: 'bob@' }, 'ann', 'ben'],
    [{ to: 'carol' }, 'ben'],
    [{ to: 'dan@x' }, 'cy'],
  ),

  'finds names that were encoded, in any case of letters': finds(
    PEOPLE,
    [{ from: 'Émile' }, 'cy'],
    [{ from: 'émILE' }, 'cy'],
  ),

  'finds any part of a subject': finds(
    SUBJECTS,
    [{ subject: 'meeting' }, 'plain'],
    [{ subject: 'inutes of the m' }, 'plain'],
    [{ subject: 'MINUTES' }, 'plain'],
    [{ subject: 'köln' }, 'encoded'],
    [{ subject: 'nowhere' }],
    [{ subject: 'th' }, 'plain', 'folded'],
  ),

  'finds a subject across its folds and its encoded words': finds(
    SUBJECTS,
    [{ subject: 'long subject' }, 'folded'],
    [{ subject: 'こんにちは' }, 'split'],
    [{ subject: 'にち' }, 'split'],
  ),

  'finds text in bodies, however they are encoded': finds(
    BODIES,
    [{ body: 'QUICK brown' }, 'plain'],
    [{ body: 'jumps' }, 'plain', 'base64'],
    [{ body: 'CAFÉ' }, 'base64'],
    [{ body: 'Grüße aus' }, 'printable'],
    [{ body: 'münchen' }, 'printable'],
    [{ body: 'first part' }, 'parts'],
    [{ body: 'second part' }, 'parts'],
    [{ body: 'sender.test' }],
    [{ body: Buffer.from('A naïve café owner jumps').toString('base64').slice(0, 12) }],
  ),

  'finds text in fields and bodies alike': finds(
    { subject: letter({ subject: 'kangaroo' }), body: letter({ body: 'a Kangaroo\r\n' }) },
    [{ text: 'kangaroo' }, 'subject', 'body'],
    [{ text: 'KANG' }, 'subject', 'body'],
    [{ text: 'sender.test' }, 'subject', 'body'],
    [{ text: 'wallaby' }],
  ),

  'finds Japanese of one character and of more, in each charset of the field': finds(
    JAPANESE,
    [{ body: '日本語' }, 'shiftJis'],
    [{ body: '本' }, 'shiftJis'],
    [{ body: '東京' }, 'iso2022', 'utf8'],
    [{ body: '東' }, 'iso2022', 'utf8'],
    [{ body: '大阪' }, 'eucJp'],
    [{ body: '京都' }, 'iso2022', 'utf8'],
    [{ body: '走る。' }, 'utf8'],
    [{ text: '飛脚' }, 'utf8'],
    [{ subject: '会議' }, 'shiftJis', 'iso2022', 'eucJp'],
    [{ subject: '請' }, 'utf8'],
    [{ body: '名古屋' }],
  ),

  'finds fields by name, with or without a value': finds(
    {
      list: letter({ more: ['List-Id: <news.example.test>', 'X-Empty:'] }),
      other: letter({ more: ['X-Other: List-Id'] }),
    },
    [{ header: ['List-Id', ''] }, 'list'],
    [{ header: ['list-id', 'NEWS'] }, 'list'],
    [{ header: ['List-Id', 'other'] }],
    [{ header: ['X-Empty', ''] }, 'list'],
    [{ header: ['X-Other', 'list'] }, 'other'],
  ),

  'finds by size': async (driver) => {
    await using session = await driver.open();
    const small = await session.append('INBOX', letter({ body: 'x' }));
    const large = await session.append('INBOX', letter({ body: 'x'.repeat(5000) }));
    const { size } = (await session.messages('INBOX'))[0]!;
    const ask = (query: Query) => session.search('INBOX', query);
    assert.deepEqual(await ask({ larger: 4000 }), [large]);
    assert.deepEqual(await ask({ smaller: 4000 }), [small]);
    assert.deepEqual(await ask({ larger: size }), [large]);
    assert.deepEqual(await ask({ smaller: size }), []);
  },

  'finds by the day of arrival, and by the day in the Date field': async (driver) => {
    await using session = await driver.open();
    const [may, june, july] = ['05', '06', '07'].map(
      (month) => new Date(`2020-${month}-15T12:00Z`),
    );
    const date = 'Sat, 20 Jun 2020 12:00:00 +0000';
    const one = await session.append('INBOX', letter({ date }), { receivedAt: may! });
    const two = await session.append('INBOX', letter(), { receivedAt: june! });
    const ask = (query: Query) => session.search('INBOX', query);
    assert.deepEqual(await ask({ since: june! }), [two]);
    assert.deepEqual(await ask({ since: july! }), []);
    assert.deepEqual(await ask({ before: june! }), [one]);
    assert.deepEqual(await ask({ before: july! }), [one, two]);
    assert.deepEqual(await ask({ sentBefore: july! }), [one]);
    assert.deepEqual(await ask({ sentSince: july! }), [two]);
  },

  'combines what it looks for': finds(
    {
      both: letter({ subject: 'apples', body: 'pears\r\n' }),
      apples: letter({ subject: 'apples' }),
      pears: letter({ body: 'pears\r\n' }),
    },
    [{ and: [{ subject: 'apples' }, { body: 'pears' }] }, 'both'],
    [{ or: [{ subject: 'apples' }, { body: 'pears' }] }, 'both', 'apples', 'pears'],
    [{ and: [{ subject: 'apples' }, { not: { body: 'pears' } }] }, 'apples'],
    [{ not: { or: [{ subject: 'apples' }, { body: 'pears' }] } }],
    [{ and: [{ not: { not: { body: 'pears' } } }, { larger: 10 }] }, 'both', 'pears'],
  ),

  'finds a message at once after it came, and no longer once it is gone': async (driver) => {
    await using session = await driver.open();
    for (let i = 0; i < 10; i++) {
      const word = `unheard-of-${i}`;
      const key = await session.append('INBOX', letter({ body: `${word}\r\n` }));
      assert.deepEqual(await session.search('INBOX', { body: word }), [key]);
      await session.expunge('INBOX', [key]);
      assert.deepEqual(await session.search('INBOX', { body: word }), []);
    }
  },

  'takes what looks like a pattern as it is': finds(
    {
      percent: letter({ body: '100% of a_b * [x] \\d "q"\r\n' }),
      other: letter({ body: '100 of aXb x d q\r\n' }),
    },
    [{ body: '100%' }, 'percent'],
    [{ body: 'a_b' }, 'percent'],
    [{ body: '[x]' }, 'percent'],
    [{ body: '\\d' }, 'percent'],
    [{ body: '"q"' }, 'percent'],
    [{ body: '*' }, 'percent'],
    [{ body: "'" }],
  ),
};
