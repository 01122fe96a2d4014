/**
 * Plays transcripts: files with the dialogue of a client and a server, line by line, on a real session over a loopback socket.
 *
 *   # …                 what it shows; the first one names the test
 *   limit NAME VALUE    sets one of limits.ts
 *   proxy LINE          the connection comes from a trusted balancer and begins with this (escapes as in B:)
 *   C: text             the client sends the line with CRLF; lines in a row go out in one write
 *   B: text             the client sends octets: \r \n \t \\ \xHH stand for octets, and nothing is added
 *   S: text             the server's next line, whole; a character of each protocol's own stands for any text
 *   S! closed           the server closes the connection
 *   TLS                 handshake, as after STARTTLS
 *   end                 the client sends no more, and still reads
 *   noted TYPE COUNT    events that it noted
 * What else a line may say, before the dialogue or in it, is for the protocol: src/servers/{smtp,imap}/transcripts.test.ts.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { LineSocket } from './line-socket.ts';

export interface TranscriptLine {
  readonly line: string;
  /** For messages. */
  readonly where: string;
}

export interface Transcript {
  readonly file: string;
  readonly title: string;
  readonly lines: readonly string[];
}

export function transcriptsIn(folder: URL): Transcript[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return files.map((file) => {
    const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
    return { file, title: lines.find((line) => line.startsWith('# '))?.slice(2) ?? file, lines };
  });
}

export interface Script<Limits> {
  /** What stands before the dialogue, but for what is here. */
  readonly settings: readonly TranscriptLine[];
  readonly dialogue: readonly TranscriptLine[];
  readonly limits: Partial<Limits>;
  readonly proxy: Uint8Array | undefined;
  readonly proxyFrom: readonly string[];
}

/** @param defaults all limits by their names */
export function scriptOf<Limits extends object>(
  lines: readonly string[],
  defaults: Limits,
): Script<Limits> {
  const all = lines
    .map((line, index) => ({ line, where: `line ${index + 1}: ${line}` }))
    .filter(({ line }) => !/^(#|$)/.test(line));
  const begin = all.findIndex(({ line }) => /^(C:|B:|S:|S!|TLS|skip|end)/.test(line));
  const settings: TranscriptLine[] = [];
  const limits: Record<string, number> = {};
  let proxy: Uint8Array | undefined;
  for (const one of all.slice(0, begin)) {
    const [word, name = '', value] = one.line.split(' ');
    if (word === 'limit') {
      assert.ok(name in defaults, one.where);
      limits[name] = Number(value);
    } else if (word === 'proxy') proxy = octets(one.line.slice('proxy '.length));
    else settings.push(one);
  }
  return {
    settings,
    dialogue: all.slice(begin),
    limits: limits as Partial<Limits>,
    proxy,
    proxyFrom: proxy === undefined ? [] : ['127.0.0.0/8'],
  };
}

export interface Dialect {
  /** What stands for any text in a line of the server. */
  readonly any: string;
  readonly noted: readonly { readonly type: string }[];
  /** A line that only this protocol has. */
  readonly other: (one: TranscriptLine) => Promise<void>;
}

export async function speak(
  socket: LineSocket,
  dialogue: readonly TranscriptLine[],
  { any, noted, other }: Dialect,
): Promise<void> {
  let unsent: Uint8Array[] = [];
  for (const one of dialogue) {
    const { line, where } = one;
    const text = line.slice(3);
    if (line.startsWith('C: ') || line === 'C:') unsent.push(Buffer.from(`${text}\r\n`));
    else if (line.startsWith('B: ')) unsent.push(octets(text));
    else {
      if (unsent.length > 0) socket.write(Buffer.concat(unsent));
      unsent = [];
      if (line.startsWith('S: ') && text !== `${any}${any}`)
        assertLike(await socket.line(where), text, any, where);
      else if (line === 'S! closed') assert.equal(await socket.line(where), undefined, where);
      else if (line === 'TLS') await socket.startTls();
      else if (line === 'end') socket.end();
      else if (line.startsWith('noted ')) assertNoted(one, noted);
      else await other(one);
    }
  }
}

export function assertLike(
  line: string | undefined,
  pattern: string,
  any: string,
  where: string,
): void {
  const parts = pattern.split(any).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  assert.match(line ?? '<closed>', new RegExp(`^${parts.join('.*')}$`), `${where}: ${line}`);
}

function assertNoted(
  { line, where }: TranscriptLine,
  noted: readonly { readonly type: string }[],
): void {
  const [, type, count] = line.split(' ');
  assert.equal(noted.filter((event) => event.type === type).length, Number(count), where);
}

function octets(text: string): Buffer {
  const escapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };
  const raw = Buffer.from(text, 'utf8').toString('latin1');
  return Buffer.from(
    raw.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex?: string, letter?: string) =>
      hex === undefined ? escapes[letter!]! : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
}
