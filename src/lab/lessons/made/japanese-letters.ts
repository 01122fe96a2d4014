/**
 * Three Japanese letters as they still come: ISO-2022-JP in the subject, a body in Shift_JIS, file names by RFC 2231 and, unquoted and
 * against RFC 2047 §5, by encoded words. Each hides a word that a seed chose. Pure.
 */
import { base64, concat, utf8 } from '#bytes';
import { seeded } from '#lab/seeded';

/** A word with its octets: two for each character in JIS X 0208 (between escapes in ISO-2022-JP), and in Shift_JIS. */
const WORDS = [
  ['提灯', '44734574', '92f19394'],
  ['飛脚', '48743553', '94f28b72'],
  ['桜餅', '3a794c5f', '8df796dd'],
  ['富士山', '49593b4e3b33', '95788e6d8e52'],
  ['味噌汁', '4c2341393d41', '96a191588f60'],
  ['温泉', '32394074', '89b790f2'],
  ['花火', '32563250', '89d489ce'],
  ['金魚', '3662357b', '8be08b9b'],
  ['風鈴', '49774e6b', '959797e9'],
  ['下駄', '323c424c', '89ba91ca'],
  ['新茶', '3f374363', '90569283'],
  ['蛍狩り', '37563c6d246a', '8c758eeb82e8'],
  ['紙芝居', '3b663c47356f', '8e868ec58b8f'],
  ['豆腐', '46264965', '93a49585'],
  ['相撲', '416a4b50', '918a966f'],
  ['俳句', '47503667', '946f8be5'],
] as const;

/** `合言葉は「` and `」です。`, in both. */
const BEFORE = { jis: '396738404d55244f2156', shiftJis: '8d878cbe977482cd8175' };
const AFTER = { jis: '2157244724392123', shiftJis: '817682c582b78142' };
/** ISO-2022-JP: to JIS X 0208, and back to ASCII. */
const INTO_JIS = utf8('\x1b$B');
const OUT_OF_JIS = utf8('\x1b(B');

export const HIDDEN = ['subject', 'body', 'file', 'oldfile'] as const;
export type Hidden = (typeof HIDDEN)[number];

export interface JapaneseLetters {
  /** In the order in which they are sent. */
  readonly letters: readonly Uint8Array[];
  readonly words: Readonly<Record<Hidden, string>>;
}

export function japaneseLetters(seed: number, to: string, date: string): JapaneseLetters {
  const [subject, body, file, oldFile] = seeded(seed).shuffled(WORDS);
  const mark = seed.toString(36);
  const head = (number: number, what: string): string[] => [
    'From: Hanako <hanako@peer.test>',
    `To: ${to}`,
    `Date: ${date}`,
    `Message-ID: <japanese-${mark}-${number}@peer.test>`,
    `Subject: ${what}`,
    'MIME-Version: 1.0',
  ];
  return {
    words: { subject: subject![0], body: body![0], file: file![0], oldfile: oldFile![0] },
    letters: [
      lines(
        ...head(1, `=?ISO-2022-JP?B?${base64(jis(subject![1]))}?=`),
        'Content-Type: text/plain; charset=us-ascii',
        '',
        `(1/3 ${mark}) The word is in the subject.`,
      ),
      concat([
        lines(
          ...head(2, `2/3 ${mark}`),
          'Content-Type: text/plain; charset=Shift_JIS',
          'Content-Transfer-Encoding: 8bit',
          '',
          '',
        ),
        octets(BEFORE.shiftJis + body![2] + AFTER.shiftJis),
        utf8('\r\n'),
      ]),
      lines(
        ...head(3, `3/3 ${mark}`),
        'Content-Type: multipart/mixed; boundary=lantern',
        '',
        '--lantern',
        'Content-Type: text/plain',
        '',
        'Two files, two ways to write a name.',
        '--lantern',
        'Content-Type: text/plain; charset=utf-8',
        `Content-Disposition: attachment; filename*=UTF-8''${percent(`${file![0]}.txt`)}`,
        '',
        'RFC 2231',
        '--lantern',
        'Content-Type: text/plain; charset=utf-8',
        `Content-Disposition: attachment; filename==?UTF-8?B?${base64(utf8(`${oldFile![0]}.txt`))}?=`,
        '',
        'an encoded word where none may be',
        '--lantern--',
      ),
    ],
  };
}

function lines(...given: readonly string[]): Uint8Array {
  return utf8(given.join('\r\n') + (given.at(-1) === '' ? '' : '\r\n'));
}

function jis(word: string): Uint8Array {
  return concat([INTO_JIS, octets(BEFORE.jis + word + AFTER.jis), OUT_OF_JIS]);
}

function octets(hexadecimal: string): Uint8Array {
  return Buffer.from(hexadecimal, 'hex');
}

/** RFC 5987 §3.2.1 */
function percent(text: string): string {
  return encodeURIComponent(text);
}
