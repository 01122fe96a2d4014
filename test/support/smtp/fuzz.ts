/**
 * Random SMTP sessions for fuzzing: a run-up that brings a server into some phase, then verbs, parameters, content,
 * AUTH lines and garbage in any order, all of it cut into chunks at random. Most commands are well formed, so that
 * every verb is met in every phase; the rest is broken in the ways that matter to a parser. Used on the pure parts
 * (test/e2e/smtp/fuzz.test.ts) and on the running server (tools/fuzz.ts).
 */
import * as fc from 'fast-check';
import { concat, fromLatin1, utf8 } from '#bytes';

export interface FuzzSession {
  /** The octets in the order and the pieces in which a client writes them. */
  readonly chunks: readonly Uint8Array[];
}

export interface FuzzOptions {
  /** A recipient that the server takes, so that content is reached. */
  readonly recipient: string;
  /** `AUTH …` lines that succeed, for a listener that asks for them; empty otherwise. */
  readonly authentication: string;
  /** Parts after the run-up; 16 if absent. */
  readonly maxSteps?: number;
}

export const FUZZ_DEFAULTS: FuzzOptions = {
  recipient: 'bob@example.test',
  authentication: '',
};

/** Sessions for a server that knows `recipient`. */
export function fuzzSessions(options: FuzzOptions = FUZZ_DEFAULTS): fc.Arbitrary<FuzzSession> {
  const steps = fc.array(step(options.recipient), { maxLength: options.maxSteps ?? 16 });
  return fc
    .tuple(runUp(options), steps)
    .map(([start, parts]) => concat([utf8(start), ...parts]))
    .chain((bytes) => cutting(bytes.length).map((cuts) => ({ chunks: cutAt(bytes, cuts) })));
}

/** The bytes in pieces that end at these offsets, which ascend. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const bounds = [0, ...cuts, bytes.length];
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end));
}

function runUp({ recipient, authentication }: FuzzOptions): fc.Arbitrary<string> {
  const hello = `EHLO client.example\r\n${authentication}`;
  const mail = `${hello}MAIL FROM:<alice@example.test>\r\n`;
  const rcpt = `${mail}RCPT TO:<${recipient}>\r\n`;
  const whole = `${rcpt}BDAT 14 LAST\r\nSubject: x\r\n\r\n`;
  return fc.constantFrom('', hello, mail, rcpt, `${rcpt}BDAT 3\r\na\r\n`, `${rcpt}DATA\r\n`, whole);
}

function step(recipient: string): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 8, arbitrary: line(command(recipient)) },
    { weight: 2, arbitrary: line(brokenCommand) },
    { weight: 2, arbitrary: content },
    { weight: 2, arbitrary: chunkOfContent },
    { weight: 1, arbitrary: line(authLine) },
    { weight: 1, arbitrary: garbage },
  );
}

/** A command and its line end, which is nearly always right. */
function line(text: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const end = fc.oneof(
    { weight: 40, arbitrary: fc.constant('\r\n') },
    { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', ' \t\r\n') },
  );
  return fc.tuple(text, end).map((parts) => utf8(parts.join('')));
}

const mailParameter = fc.constantFrom(
  'SIZE=100',
  'SIZE=99999999999999999999',
  'SIZE=',
  'BODY=7BIT',
  'BODY=8BITMIME',
  'BODY=BINARYMIME',
  'SMTPUTF8',
  'RET=HDRS',
  'RET=NONE',
  'ENVID=id+2B1',
  'ENVID=+0D+0A',
  'AUTH=<>',
  'AUTH=a+3Db@example.test',
  'HOLDFOR=60',
  'HOLDUNTIL=2026-12-01T00:00:00Z',
  'X-UNKNOWN=1',
  '=',
);
const rcptParameter = fc.constantFrom(
  'NOTIFY=NEVER',
  'NOTIFY=SUCCESS,DELAY',
  'NOTIFY=NEVER,DELAY',
  'ORCPT=rfc822;bob+2Bx@example.test',
  'ORCPT=utf-8;\\x{65E5}@example.test',
  'ORCPT=rfc822',
  'SIZE=1',
  'NOTIFY',
);

function command(recipient: string): fc.Arbitrary<string> {
  const forward = fc.oneof(
    { weight: 3, arbitrary: fc.constant(`<${recipient}>`) },
    { weight: 1, arbitrary: path },
  );
  return fc.oneof(
    fc.constantFrom('EHLO client.example', 'HELO [192.0.2.1]', 'EHLO my_pc', 'EHLO', 'HELO a b'),
    withParameters('MAIL FROM:', path, mailParameter),
    withParameters('RCPT TO:', forward, rcptParameter),
    fc.constantFrom('DATA', 'RSET', 'NOOP', 'NOOP x', 'QUIT', 'HELP', 'STARTTLS', 'DATA now'),
    fc.constantFrom(
      'VRFY bob',
      'EXPN list SMTPUTF8',
      'VRFY',
      'AUTH PLAIN',
      'AUTH PLAIN =',
      'AUTH LOGIN AA==',
    ),
    fc.constantFrom('BDAT 0', 'BDAT 0 LAST', 'BDAT 5', 'BDAT 99999999999999999999', 'BDAT x'),
  );
}

const path = fc.constantFrom(
  '<>',
  '<alice@example.test>',
  ' <alice@example.test>',
  '<"a b>"@example.test>',
  '<@relay.example:a@b.example>',
  '<a%b@example.test>',
  '<postmaster>',
  '<é@example.test>',
  '<a@[192.0.2.1]>',
  '<a@b',
  'a@b.example',
  '<"\\',
);

function withParameters(
  head: string,
  address: fc.Arbitrary<string>,
  parameter: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const parameters = fc.array(parameter, { maxLength: 3 });
  return fc
    .tuple(
      address,
      fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: parameters }),
    )
    .map(([text, words]) => [head + text, ...words].join(' '));
}

const brokenCommand = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'XYZZY',
    'ETRN example.test',
    'GET / HTTP/1.1',
    ' QUIT',
    'MAIL',
    'RCPT',
    'NOOP\0',
    'a'.repeat(70),
  ),
  fc.integer({ min: 1, max: 20_000 }).map((length) => `NOOP ${'x'.repeat(length)}`),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

const authLine = fc.constantFrom('*', '', 'YWxpY2U=', 'AGFsaWNlAHB3', '!', 'A'.repeat(13_000));

const contentPart = fc.constantFrom(
  'Subject: x\r\n',
  '\r\n',
  'text\r\n',
  '.',
  '..\r\n',
  '\r\n.\r\n',
  '\n.\n',
  '\r.\r',
  '\r\n.\n',
  '\n.\r\n',
  '\0',
  'é\r\n',
  'MAIL FROM:<evil@example.com>\r\n',
  'x'.repeat(1200),
  'BDAT 5 LAST\r\n',
);

/** Message content as after DATA, mostly with its end. */
const content = fc
  .tuple(fc.array(contentPart, { maxLength: 8 }), fc.constantFrom('\r\n.\r\n', '\r\n.\r\n', ''))
  .map(([parts, end]) => utf8(parts.join('') + end));

/** BDAT with its octets, the count mostly right. */
const chunkOfContent = fc
  .tuple(
    fc.array(contentPart, { maxLength: 4 }),
    fc.constantFrom('', ' LAST'),
    fc.constantFrom(0, 0, 0, 1, -1),
  )
  .map(([parts, last, error]) => {
    const octets = utf8(parts.join(''));
    const count = Math.max(0, octets.length + error);
    return concat([fromLatin1(`BDAT ${count}${last}\r\n`), octets]);
  });

const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 50 }),
  fc
    .constantFrom('\x16\x03\x01\x02\x00', '\xff\xfb\x01', '\r\n'.repeat(5), '\0'.repeat(9))
    .map(fromLatin1),
);

/** Ascending offsets: none, a few, or every one. */
function cutting(length: number): fc.Arbitrary<readonly number[]> {
  const few = fc.array(fc.nat(length), { maxLength: 12 }).map((cuts) => cuts.sort((a, b) => a - b));
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: few },
    {
      weight: 1,
      arbitrary: fc.constant(Array.from({ length: Math.min(length, 3000) }, (_, i) => i)),
    },
  );
}
