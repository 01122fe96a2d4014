import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { parseDate } from '#protocol/message/header/date';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { toLf, ToCrlf } from './line-ends.ts';
import { MboxReader, type MboxEvent } from './mbox-reader.ts';
import { mboxHead, mboxQuoted } from './mbox-writer.ts';

interface Message {
  text: string;
  readonly date: number | undefined;
  letters: string;
  keywords: readonly string[];
}

function read(chunks: readonly string[]): Message[] {
  const reader = new MboxReader(parseDate);
  const messages: Message[] = [];
  const take = (events: readonly MboxEvent[]): void => {
    for (const event of events) {
      if (event.kind === 'begin')
        messages.push({ text: '', date: event.date, letters: '', keywords: [] });
      else if (event.kind === 'piece') messages.at(-1)!.text += latin1(event.bytes);
      else {
        messages.at(-1)!.letters = event.letters;
        messages.at(-1)!.keywords = event.keywords;
      }
    }
  };
  for (const chunk of chunks) take(reader.push(fromLatin1(chunk)));
  take(reader.end());
  return messages;
}

const FROM = 'From alice@example.test Fri Jul  8 12:08:34 2011\n';

describe('mbox', () => {
  it('parts messages at From lines, with their dates', () => {
    const messages = read([`${FROM}Subject: a\n\nbody\n\n${FROM}Subject: b\n\n`]);
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['Subject: a\n\nbody\n', 'Subject: b\n\n'],
    );
    assert.equal(messages[0]!.date, Date.UTC(2011, 6, 8, 12, 8, 34));
  });

  it('takes a From line for text where no empty line is before it, or no date in it', () => {
    const text = `a: b\n\nx\n${FROM}y\n\nFrom here on\n`;
    assert.equal(read([FROM + text])[0]!.text, text);
  });

  it('finds the date behind an address in quotes, an empty one, and a day', () => {
    for (const line of [
      'From "a b"@example.test Fri Jul  8 12:08:34 2011',
      'From "" Fri Jul  8 12:08:34 2011',
      'From Fri, 8 Jul 2011 12:08:34 +0000',
    ])
      assert.equal(read([`${line}\na: b\n\n`])[0]?.date, Date.UTC(2011, 6, 8, 12, 8, 34), line);
  });

  it('decides on a hostile line of 60 KB at once', () => {
    for (const end of ['\r" 00:00', '" x', '']) {
      const line = `From :${' '.repeat(8000)}${'00:00'.repeat(10_000)}${end}`;
      const before = computedFor();
      read([`${line}\na: b\n\n`]);
      assert.ok(computedFor() - before < 2000, 'it took more than two seconds');
    }
  });

  it('undoes one level of quoting', () => {
    assert.equal(
      read([`${FROM}a: b\n\n>From x\n>>From y\n>from z\n`])[0]!.text,
      'a: b\n\nFrom x\n>From y\n>from z\n',
    );
  });

  it('takes flags out of the header, folded fields with all their lines', () => {
    const [message] = read([
      `${FROM}Status: RO\nX-Status: AF\nX-Keywords: $Junk\n Work\nSubject: a\n b\n\nStatus: x\n`,
    ]);
    assert.equal(message!.text, 'Subject: a\n b\n\nStatus: x\n');
    assert.equal(message!.letters, 'ROAF');
    assert.deepEqual(message!.keywords, ['$Junk']);
  });

  it('gives nothing for a file that is no mbox', () => {
    assert.deepEqual(read(['hello\nworld\n']), []);
  });

  it('reads what it wrote, however it is cut', () => {
    const line = fc.constantFrom('From ', 'From a 12:00', '>From x', '', 'text', 'Status: no');
    const field = fc.constantFrom(
      'Status: D',
      'X-Status: D\n T',
      'x-keywords: of its own',
      '>From x',
      'A: b',
    );
    const lines = (of: fc.Arbitrary<string>) =>
      fc.array(of, { maxLength: 6 }).map((all) => all.map((text) => `${text}\n`).join(''));
    const message = fc
      .tuple(lines(field), lines(line))
      .map(([header, body]) => `Subject: x\n${header}\n${body}`);
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (messages, size) => {
          const entry = { date: 1_310_126_914_000, status: 'RO', xStatus: 'A', keywords: ['k'] };
          const file = latin1(
            concat(
              messages.flatMap((text) => [mboxHead(entry, utf8(text)), mboxQuoted(utf8(text))]),
            ),
          );
          const chunks = file.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
          const found = read(chunks);
          assert.deepEqual(
            found.map(({ text }) => text),
            messages,
          );
          for (const { date, letters, keywords } of found) {
            assert.equal(date, entry.date);
            assert.equal(letters, 'ROA');
            assert.deepEqual(keywords, ['k']);
          }
        },
      ),
    );
  });

  it('hands a line without end on in pieces', () => {
    const long = 'x'.repeat(1_000_000);
    const messages = read([FROM, 'a: b\n\n', ...(long.match(/[^]{1,10000}/g) ?? []), '\n']);
    assert.equal(messages[0]!.text, `a: b\n\n${long}\n`);
  });
});

describe('line ends', () => {
  it('become CRLF wherever the text is cut, and LF again', () => {
    const text = fc
      .array(fc.constantFrom('a', '\n', '\r\n'), { maxLength: 20 })
      .map((p) => p.join(''));
    fc.assert(
      fc.property(text, fc.nat(20), (given, at) => {
        const converter = new ToCrlf();
        const pieces = [given.slice(0, at), given.slice(at)].map((piece) =>
          latin1(converter.push(fromLatin1(piece))),
        );
        const expected = given.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
        assert.equal(pieces.join(''), expected);
        assert.equal(latin1(toLf(fromLatin1(expected))), given.replaceAll('\r\n', '\n'));
      }),
    );
  });
});
