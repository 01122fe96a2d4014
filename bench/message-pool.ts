/**
 * Messages for load: realistic (a text part and a base64 attachment of random octets), incompressible beyond
 * what base64 allows, and no two alike. They are made before the clock starts; `stamp` then writes a number
 * into a message in place, every few kilobytes, so that neither whole messages nor parts of them repeat.
 *
 * Invariant: a message in flight is not stamped again; each session of the load has a pool of its own.
 */
import { randomBytes, randomInt } from 'node:crypto';

const STAMP_WIDTH = 16;
const STAMP = '0'.repeat(STAMP_WIDTH);
/** A stamp stands in every so many lines of the attachment. */
const LINES_PER_STAMP = 40;
const LINE_OCTETS = 76;

const WORDS =
  'account after again against answer before between board calendar carry change city close come contract customer day delivery department different document early every figure final first follow friend further general give great ground group hand harbour have hold invoice keep large last letter line long market matter meeting money month morning mountain move number offer office open order other over paper part people place point possible present price question reach reason receive report return river road same season send several should small station still street summer system table their through together train travel under until value water week where which winter without word work would write year young'.split(
    ' ',
  );

export interface PooledMessage {
  /** The content as sent after DATA, CRLF line ends, no line that begins with a dot, no final dot. */
  readonly bytes: Buffer;
  /** Where the stamps lie. */
  readonly stamps: readonly number[];
}

/** `count` messages of about `size` octets each (never more, at most a line less). */
export function makePool(count: number, size: number, from: string): PooledMessage[] {
  return Array.from({ length: count }, () => makeMessage(size, from));
}

/** Writes the number of a message into it, so that it differs from every other. */
export function stamp(message: PooledMessage, sequence: number): void {
  const digits = sequence.toString(16).padStart(STAMP_WIDTH, '0');
  for (const offset of message.stamps) message.bytes.write(digits, offset, 'latin1');
}

function makeMessage(size: number, from: string): PooledMessage {
  const boundary = `=_${randomBytes(9).toString('hex')}_${STAMP}`;
  const id = `${randomBytes(6).toString('hex')}.${STAMP}`;
  const head = [
    `From: Load <${from}>`,
    `To: Recipients of the run <recipients@example.test>`,
    `Subject: ${sentence(5)} ${STAMP}`,
    `Date: Tue, 24 Nov 2026 09:00:00 +0000`,
    `Message-ID: <${id}@load.example.test>`,
    `MIME-Version: 1.0`,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    ``,
    `--${boundary}`,
    `Content-Type: text/plain; charset=utf-8`,
    ``,
  ];
  const middle = [
    ``,
    `--${boundary}`,
    `Content-Type: application/octet-stream; name="part.bin"`,
    `Content-Transfer-Encoding: base64`,
    `Content-Disposition: attachment; filename="part.bin"`,
    ``,
  ];
  const tail = [`--${boundary}--`, ``];
  const fixed = octets(head) + octets(middle) + octets(tail);
  const room = Math.max(0, size - fixed);
  const text = paragraph(Math.min(Math.floor(room / 5), 16_384));
  const content = [...head, ...text, ...middle, ...attachment(room - octets(text)), ...tail];
  const bytes = Buffer.from(content.slice(0, -1).join('\r\n') + '\r\n', 'latin1');
  return { bytes, stamps: offsetsOf(bytes, STAMP) };
}

function octets(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 2, 0);
}

function sentence(words: number): string {
  return Array.from({ length: words }, () => WORDS[randomInt(WORDS.length)]).join(' ');
}

function paragraph(room: number): string[] {
  const lines: string[] = [];
  for (let used = 0; ;) {
    const line = `${sentence(6 + randomInt(4))},`.slice(0, 998);
    used += line.length + 2;
    if (used > room) return lines;
    lines.push(line);
  }
}

function attachment(room: number): string[] {
  const count = Math.floor(room / (LINE_OCTETS + 2));
  const random = randomBytes(Math.ceil((count * LINE_OCTETS * 3) / 4)).toString('base64');
  return Array.from({ length: count }, (_, index) => {
    const line = random.slice(index * LINE_OCTETS, (index + 1) * LINE_OCTETS);
    return index % LINES_PER_STAMP === 0 ? STAMP + line.slice(STAMP_WIDTH) : line;
  });
}

function offsetsOf(bytes: Buffer, text: string): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length))
    found.push(at);
  return found;
}
