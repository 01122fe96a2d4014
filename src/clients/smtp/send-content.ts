/**
 * Sends content after 354 with dots stuffed (RFC 5321 §4.5.2), or in BDAT chunks (RFC 3030 §2): octets unchanged
 * either way, at the speed at which the peer takes them. The last question (`beforeFinalDot`) is asked when everything
 * but the end has left. What cannot be completed is never completed: the connection is dropped, and the peer has
 * no mail.
 */
import { EMPTY } from '#bytes';
import { isPositive } from '#protocol/smtp/reply';
import { DotStuffer } from '#protocol/smtp/dot-stuffing';
import { ContentCheck } from './check-content.ts';
import type { ReadResult, SmtpConnection } from './connection.ts';
import type { SmtpClientLimits } from './limits.ts';
import type { Content, Mail } from './mail.ts';
import type { ContentFault } from './outcome.ts';

export type SendResult =
  /** All of it left; this is what came back, or why nothing did. */
  | { readonly kind: 'sent'; readonly result: ReadResult }
  /** The peer refused, or went away, before the end had left. */
  | { readonly kind: 'interrupted'; readonly result: ReadResult }
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'fault'; readonly fault: ContentFault; readonly detail: string };

/** Chunks whose replies may be awaited at once, where the peer pipelines. */
const BDAT_WINDOW = 4;

export async function sendByData(
  connection: SmtpConnection,
  mail: Mail,
  limits: SmtpClientLimits,
): Promise<SendResult> {
  const reader = openContent(mail.content);
  try {
    return await pourData(connection, mail, reader, limits);
  } finally {
    await reader.close();
  }
}

async function pourData(
  connection: SmtpConnection,
  mail: Mail,
  reader: ContentReader,
  limits: SmtpClientLimits,
): Promise<SendResult> {
  const stuffer = new DotStuffer();
  const deadline = connection.now() + limits.contentMs;
  let octets = 0;
  connection.cork();
  for (;;) {
    const piece = await reader.next();
    if (piece.kind === 'fault') return stop(connection, piece);
    octets += piece.bytes.length;
    const roomy = connection.write(stuffer.push(piece.bytes));
    if (!roomy) connection.uncork();
    const goesOn = roomy || (await connection.drained(blockTime(connection, limits, deadline)));
    if (!goesOn || connection.unread) {
      connection.uncork();
      connection.recordContent(octets);
      return { kind: 'interrupted', result: await connection.read(limits.blockMs) };
    }
    if (piece.last) break;
    if (!roomy) connection.cork();
  }
  connection.recordContent(octets);
  if (!(await mayFinish(mail))) return abandon(connection);
  connection.recordLine('.');
  connection.write(stuffer.end());
  connection.uncork();
  return { kind: 'sent', result: await connection.read(limits.endOfDataMs) };
}

export async function sendByBdat(
  connection: SmtpConnection,
  mail: Mail,
  pipelined: boolean,
  limits: SmtpClientLimits,
): Promise<SendResult> {
  const reader = openContent(mail.content);
  try {
    return await pourChunks(connection, mail, reader, pipelined ? BDAT_WINDOW : 0, limits);
  } finally {
    await reader.close();
  }
}

async function pourChunks(
  connection: SmtpConnection,
  mail: Mail,
  reader: ContentReader,
  window: number,
  limits: SmtpClientLimits,
): Promise<SendResult> {
  const deadline = connection.now() + limits.contentMs;
  let unanswered = 0;
  for (;;) {
    const piece = await reader.next();
    if (piece.kind === 'fault') return stop(connection, piece);
    if (piece.last && !(await mayFinish(mail))) return abandon(connection);
    connection.cork();
    connection.command(`BDAT ${piece.bytes.length}${piece.last ? ' LAST' : ''}`);
    connection.recordContent(piece.bytes.length);
    const roomy = connection.write(piece.bytes);
    connection.uncork();
    unanswered += 1;
    if (!roomy) await connection.drained(blockTime(connection, limits, deadline));
    const open = piece.last ? 1 : window;
    for (; unanswered > open; unanswered--) {
      const result = await connection.read(limits.blockMs);
      // RFC 3030 §2: after a failed chunk nothing is left of the message.
      if (!isDone(result)) return await refused(connection, result, unanswered - 1, limits);
    }
    if (piece.last) return { kind: 'sent', result: await connection.read(limits.endOfDataMs) };
  }
}

/** Whether the peer may take responsibility now. */
export async function mayFinish(mail: Mail): Promise<boolean> {
  return mail.beforeFinalDot === undefined || (await mail.beforeFinalDot());
}

/** Reads the replies to chunks that were sent already, so that the next command meets its own. */
async function refused(
  connection: SmtpConnection,
  result: ReadResult,
  unanswered: number,
  limits: SmtpClientLimits,
): Promise<SendResult> {
  for (let i = 0; i < unanswered; i++) await connection.read(limits.blockMs);
  return { kind: 'interrupted', result };
}

function isDone(result: ReadResult): boolean {
  return result.kind === 'reply' && isPositive(result.reply);
}

function abandon(connection: SmtpConnection): SendResult {
  connection.note('given up before the end of the content: another worker has this mail');
  connection.hangUp();
  return { kind: 'abandoned' };
}

function stop(connection: SmtpConnection, fault: Extract<Piece, { kind: 'fault' }>): SendResult {
  connection.note(`content withheld: ${fault.fault}`);
  connection.hangUp();
  return fault;
}

function blockTime(connection: SmtpConnection, limits: SmtpClientLimits, deadline: number): number {
  return Math.max(1, Math.min(limits.blockMs, deadline - connection.now()));
}

type Piece =
  | { readonly kind: 'piece'; readonly bytes: Uint8Array; readonly last: boolean }
  | { readonly kind: 'fault'; readonly fault: ContentFault; readonly detail: string };

interface ContentReader {
  /** Not called again after the last piece or a fault. */
  next(): Piece | Promise<Piece>;
  /** Releases the source; its errors no longer matter. */
  close(): Promise<void> | void;
}

function openContent(content: Content): ContentReader {
  return typeof content.chunks === 'function'
    ? streamReader(content, content.chunks())
    : memoryReader(content.chunks);
}

/** Content in memory was checked as a whole, before MAIL. */
function memoryReader(chunks: readonly Uint8Array[]): ContentReader {
  const filled = chunks.filter((chunk) => chunk.length > 0);
  let at = 0;
  return {
    next() {
      const bytes = filled[at++] ?? EMPTY;
      return { kind: 'piece', bytes, last: at >= filled.length };
    },
    close() {},
  };
}

/** Reads one chunk ahead, so that the last one is known before it is sent, and checks on the way. */
function streamReader(content: Content, chunks: AsyncIterable<Uint8Array>): ContentReader {
  const iterator = chunks[Symbol.asyncIterator]();
  const check = new ContentCheck(content);
  let ahead: Uint8Array | undefined;
  const pull = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const step = await iterator.next();
      if (step.done === true) return undefined;
      if (step.value.length > 0) return step.value;
    }
  };
  return {
    async next() {
      try {
        const bytes = ahead ?? (await pull()) ?? EMPTY;
        let fault = check.chunk(bytes);
        ahead = bytes.length === 0 ? undefined : await pull();
        const last = ahead === undefined;
        if (last) fault ??= check.end();
        if (fault === undefined) return { kind: 'piece', bytes, last };
        return { kind: 'fault', fault, detail: `declared ${content.size} octets` };
      } catch (error) {
        return { kind: 'fault', fault: 'unreadable', detail: String(error) };
      }
    },
    async close() {
      try {
        await iterator.return?.();
      } catch {
        // Nothing more is read from it.
      }
    },
  };
}
