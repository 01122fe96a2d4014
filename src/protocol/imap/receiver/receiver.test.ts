import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import type { ReceiverEvent } from './event.ts';
import type { ReceiverLimits } from './limits.ts';
import { Receiver } from './receiver.ts';

const LIMITS: ReceiverLimits = {
  command: 2000,
  beforeLogin: 500,
  authLine: 100,
  discard: 5000,
  discardBeforeLogin: 5000,
  discardLine: 3000,
};

/** Events as text, pieces of messages joined; messages of more than 50 octets are refused. */
function hear(chunks: readonly string[], limits = LIMITS): string[] {
  const receiver = new Receiver(limits);
  receiver.loggedIn = true;
  const said: string[] = [];
  let pieces: Uint8Array[] = [];
  for (const chunk of chunks) {
    receiver.push(fromLatin1(chunk));
    for (let event = receiver.next(); event !== undefined; event = receiver.next()) {
      if (event.kind === 'message-piece') pieces.push(event.bytes);
      else {
        if (pieces.length > 0) said.push(`octets ${JSON.stringify(latin1(concat(pieces)))}`);
        pieces = [];
        said.push(words(event));
      }
      if (event.kind === 'message-begin') {
        if (event.head.size > 50) receiver.refuseMessage();
        else receiver.takeMessage();
      }
      if (event.kind === 'command' && event.command.verb === 'IDLE') receiver.expectLine();
    }
  }
  return said;
}

function words(event: ReceiverEvent): string {
  switch (event.kind) {
    case 'command':
      return `${event.tag} ${JSON.stringify(event.command)}`;
    case 'message-begin':
      return `message ${event.tag} ${event.first ? 'first' : 'next'} ${event.head.size}`;
    case 'line':
      return `line ${latin1(event.line)}`;
    case 'error': {
      const code = event.code === undefined ? '' : `[${event.code}] `;
      return `error ${event.tag ?? '-'} ${code}${event.text}`;
    }
    case 'message-error':
      return `message-error ${event.tag} ${event.text}`;
    case 'refused':
      return `refused ${event.tag}`;
    case 'continue':
    case 'message-piece':
    case 'message-end':
    case 'http-request':
    case 'tls-handshake':
    case 'runaway':
      return event.kind;
  }
}

describe('the receiver of IMAP', () => {
  it('parses a command at its line end, with CRLF or a bare LF', () => {
    const noop = 'a1 {"verb":"NOOP"}';
    assert.deepEqual(hear(['a1 NOOP\r\na1 noop\n']), [noop, noop]);
  });

  it('asks for a synchronising literal, and takes the other kind as it comes', () => {
    assert.deepEqual(hear(['a SELECT {5}\r\n', 'INBOX\r\n']), [
      'continue',
      'a {"verb":"SELECT","mailbox":"INBOX","condstore":false}',
    ]);
    assert.deepEqual(hear(['a SELECT {5+}\r\ninbox\r\n']), [
      'a {"verb":"SELECT","mailbox":"INBOX","condstore":false}',
    ]);
  });

  it('takes a literal that looks like the end of a command, or like another literal, as octets', () => {
    assert.deepEqual(hear(['a CREATE {6+}\r\n{3+}\r\n\r\n']), [
      'error a [CANNOT] A mailbox name is not in modified UTF-7 (RFC 3501 section 5.1.3)',
    ]);
    assert.deepEqual(hear(['a LIST "" {4+}\r\n{3+}\r\n']), [
      'a {"verb":"LIST","select":[],"reference":"","patterns":["{3+}"]}',
    ]);
  });

  it('hands on the messages of APPEND, one or several', () => {
    const heard = hear(['a APPEND INBOX (\\Seen) {5}\r\n', 'hello {3+}\r\nxyz\r\nb NOOP\r\n']);
    assert.deepEqual(heard, [
      'message a first 5',
      'octets "hello"',
      'message-end',
      'message a next 3',
      'octets "xyz"',
      'message-end',
      'a {"verb":"APPEND","mailbox":"INBOX"}',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('takes the name of the mailbox as a literal of its own', () => {
    assert.deepEqual(hear(['a APPEND {5+}\r\nINBOX {2+}\r\nhi\r\n']), [
      'message a first 2',
      'octets "hi"',
      'message-end',
      'a {"verb":"APPEND","mailbox":"INBOX"}',
    ]);
  });

  it('knows a message in UTF8 (…) and one with NUL', () => {
    const heard = hear(['a APPEND INBOX UTF8 (~{2+}\r\n\0\0)\r\n']);
    assert.deepEqual(heard, [
      'message a first 2',
      'octets "\\u0000\\u0000"',
      'message-end',
      'a {"verb":"APPEND","mailbox":"INBOX"}',
    ]);
  });

  it('wants the end of UTF8 (…), and no other parenthesis', () => {
    const wrong = 'APPEND goes on with something that is no message';
    assert.equal(hear(['a APPEND INBOX UTF8 ({2+}\r\nhi\r\n']).at(-1), `message-error a ${wrong}`);
    assert.equal(hear(['a APPEND INBOX {2+}\r\nhi)\r\n']).at(-1), `message-error a ${wrong}`);
    const several = 'a APPEND INBOX UTF8 ({1+}\r\nx) (\\Seen) UTF8 ({1+}\r\ny) {1+}\r\nz \r\n';
    assert.deepEqual(
      hear([several]).filter((said) => !said.startsWith('octets')),
      [
        'message a first 1',
        'message-end',
        'message a next 1',
        'message-end',
        'message a next 1',
        'message-end',
        'a {"verb":"APPEND","mailbox":"INBOX"}',
      ],
    );
  });

  it('hands on the one message of REPLACE, its UID form, and no second one', () => {
    assert.deepEqual(hear(['a UID REPLACE 7 {5+}\r\nINBOX (\\Draft) {2+}\r\nhi\r\n']), [
      'message a first 2',
      'octets "hi"',
      'message-end',
      'a {"verb":"REPLACE","uid":true,"message":7,"mailbox":"INBOX"}',
    ]);
    assert.deepEqual(hear(['a REPLACE 7 INBOX {1+}\r\nx {1+}\r\ny\r\nb NOOP\r\n']).slice(-2), [
      'message-error a REPLACE takes one message',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('takes as many literals as a command has room for, each for its own octets', () => {
    const limits = { ...LIMITS, command: 256 * 1024 };
    const began = computedFor();
    const strings = '{1+}\r\nx '.repeat(20_000);
    const heard = hear([`a SEARCH ${strings}\r\nb NOOP\r\n`], limits);
    assert.deepEqual(heard.slice(1), ['b {"verb":"NOOP"}']);
    assert(computedFor() - began < 2000);
  });

  it('takes an empty message', () => {
    const heard = hear(['a APPEND INBOX {0+}\r\n\r\n']);
    assert.deepEqual(heard, [
      'message a first 0',
      'message-end',
      'a {"verb":"APPEND","mailbox":"INBOX"}',
    ]);
  });

  it('stands at the next command after a refused message, whoever was to wait', () => {
    assert.deepEqual(hear(['a APPEND INBOX {60}\r\nb NOOP\r\n']), [
      'message a first 60',
      'refused a',
      'b {"verb":"NOOP"}',
    ]);
    const octets = 'x'.repeat(60);
    assert.deepEqual(hear([`a APPEND INBOX {60+}\r\n${octets} {2+}\r\nhi\r\nb NOOP\r\n`]), [
      'message a first 60',
      'refused a',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('tells an APPEND whose end is no end, and goes on behind it', () => {
    assert.deepEqual(hear(['a APPEND INBOX {2+}\r\nhi there\r\nb NOOP\r\n']), [
      'message a first 2',
      'octets "hi"',
      'message-end',
      'message-error a APPEND goes on with something that is no message',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('throws away the literal of a command that is wrong already', () => {
    assert.deepEqual(hear(['a APPEND INBOX (\\Nonsense) {3+}\r\nabc\r\nb NOOP\r\n']), [
      'error a \\Nonsense is no system flag',
      'b {"verb":"NOOP"}',
    ]);
    assert.deepEqual(hear(['a APPEND INBOX "no date" {3}\r\nb NOOP\r\n']), [
      'error a A date-time is "17-Jul-1996 02:44:25 -0700"',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('refuses a literal that no command needs', () => {
    assert.deepEqual(hear(['a LOGIN {2001}\r\nb NOOP\r\n']), [
      'error a [TOOBIG] A command has 2000 octets at the most with its literals',
      'b {"verb":"NOOP"}',
    ]);
    assert.deepEqual(hear([`a LOGIN {2001+}\r\n${'x'.repeat(2001)} y\r\nb NOOP\r\n`]), [
      'error a [TOOBIG] A command has 2000 octets at the most with its literals',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('throws away a line that is too long and keeps its tag', () => {
    assert.deepEqual(hear([`a NOOP ${'x'.repeat(3000)}\r\nb NOOP\r\n`]), [
      'error a Command of more than 2000 octets',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('throws away a literal at the end of a line that is too long', () => {
    assert.deepEqual(hear([`a NOOP ${'x'.repeat(3000)}{8+}\r\nc NOOP\r\n\r\nb NOOP\r\n`]), [
      'error a Command of more than 2000 octets',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('gives up where more is thrown away than the limit allows', () => {
    assert.deepEqual(hear([`a NOOP ${'x'.repeat(12_000)}`]), ['runaway']);
    assert.deepEqual(hear([`a LOGIN {4900+}\r\n${'x'.repeat(4900)}\r\nb NOOP\r\n`]), [
      'error a [TOOBIG] A command has 2000 octets at the most with its literals',
      'b {"verb":"NOOP"}',
    ]);
    assert.deepEqual(hear([`a LOGIN {9000+}\r\n${'x'.repeat(6000)}`]), ['runaway']);
  });

  it('gives up a line without an end sooner than a literal', () => {
    const line = 'x'.repeat(5500);
    assert.deepEqual(hear([`a NOOP ${line}\r\nb NOOP\r\n`]), ['runaway']);
    assert.deepEqual(hear(['a IDLE\r\n', `${'x'.repeat(3200)}\r\nb NOOP\r\n`]), [
      'a {"verb":"IDLE"}',
      'runaway',
    ]);
    const twice = `a LOGIN {2001+}\r\n${'x'.repeat(2001)}${'y'.repeat(2000)} {3+}\r\nabc${'y'.repeat(900)}`;
    assert.deepEqual(hear([`${twice}\r\nb NOOP\r\n`]), [
      'error a [TOOBIG] A command has 2000 octets at the most with its literals',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('takes one line as it is after IDLE', () => {
    assert.deepEqual(hear(['a IDLE\r\nDONE\r\nb NOOP\r\n']), [
      'a {"verb":"IDLE"}',
      'line DONE',
      'b {"verb":"NOOP"}',
    ]);
  });

  it('recognises a request of HTTP, and reads nothing behind it', () => {
    for (const line of [
      'POST / HTTP/1.1',
      'GET http://a.test/ HTTP/1.0',
      'CONNECT a.test:993 HTTP/1.1',
      'OPTIONS * HTTP/1.1',
    ])
      assert.deepEqual(hear([`${line}\r\n<script> NOOP\r\n`]), ['http-request'], line);
    assert.deepEqual(hear(['GET NOOP\r\n']), ['GET {"verb":"NOOP"}']);
  });

  it('recognises a TLS handshake', () => {
    assert.deepEqual(hear(['\x16\x03\x01\x02\x00']), ['tls-handshake']);
  });

  it('lets a client say little before the login', () => {
    const receiver = new Receiver(LIMITS);
    receiver.push(fromLatin1('a LOGIN {501}\r\n'));
    assert.equal(receiver.next()?.kind, 'error');
  });

  it('hears the same however octets are cut', () => {
    const dialogues = [
      'a LOGIN {5+}\r\nalice "secret"\r\nb SELECT inbox\r\n',
      'a APPEND INBOX (\\Seen $Junk) "17-Jul-1996 02:44:25 -0700" {5+}\r\nab\r\nc {2+}\r\nhi\r\nb NOOP\r\n',
      `a APPEND INBOX {60+}\r\n${'y'.repeat(60)}\r\nb NOOP\r\n`,
      `a NOOP ${'x'.repeat(2500)}{3+}\r\nabc\r\nb IDLE\nDONE\nc nonsense\r\nd NOOP\r\n`,
      'a FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS ({4+}\r\nDate)])\r\n',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...dialogues),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }),
        (dialogue, cuts) => {
          const chunks: string[] = [];
          let at = 0;
          for (let i = 0; at < dialogue.length; i++) {
            chunks.push(dialogue.slice(at, at + cuts[i % cuts.length]!));
            at += cuts[i % cuts.length]!;
          }
          assert.deepEqual(hear(chunks), hear([dialogue]));
        },
      ),
    );
  });

  describe('whatever comes', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a ',
        'UID ',
        'FETCH ',
        '1:* ',
        '(',
        ')',
        '{3}',
        '{3+}',
        '~{2+}',
        '{60+}',
        '{60}',
        ' UTF8 (',
        '\r\n',
        '"',
        '\\',
      ),
      fc.constantFrom(
        'SEARCH ',
        'APPEND INBOX ',
        'OR ',
        'NOT ',
        'BODY[',
        '] ',
        '$',
        '*',
        'NIL ',
        '\0',
        '\xff',
      ),
      fc.string({ maxLength: 5 }),
    );
    const dialogue = fc
      .array(piece, { maxLength: 60 })
      .map((pieces) => pieces.join('') + '\r\n'.repeat(8));

    it('never throws', () => {
      fc.assert(
        fc.property(dialogue, (octets) => {
          hear([octets]);
        }),
        { numRuns: 2000 },
      );
    });

    it('hears the same octet by octet', () => {
      fc.assert(
        fc.property(dialogue, (octets) => {
          assert.deepEqual(hear(octets.split('')), hear([octets]));
        }),
        { numRuns: 1000 },
      );
    });

    it('stands at the next command when a literal that is not waited for has come', () => {
      const commands = fc.array(
        fc
          .tuple(piece, fc.string({ unit: 'binary-ascii', maxLength: 30 }))
          .map(
            ([what, octets]) =>
              `x ${what.replaceAll(/[\r\n]/g, '')}{${octets.length}+}\r\n${octets}\r\n`,
          ),
        { maxLength: 5 },
      );
      fc.assert(
        fc.property(commands, (some) => {
          const heard = hear([`${some.join('')}\r\nlast NOOP\r\n`]);
          assert.equal(heard.at(-1), 'last {"verb":"NOOP"}');
        }),
      );
    });
  });
});
