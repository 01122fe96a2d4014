/**
 * BODY[…], BINARY[…] and their kin (RFC 9051 §6.4.5, RFC 3516): octets of a message, or of a part of it. Those of small messages are
 * at hand; ranges of large ones are streamed, so that no size of a message costs memory.
 */
import { concat } from '#bytes';
import type { OctetRange } from '#protocol/imap/command';
import { bodyDecoder } from '#protocol/message/body/decode-body';
import { splitHeader } from '#protocol/message/header/fields';
import {
  findPart,
  partialRange,
  sectionOctets,
  type Section,
  type SectionOctets,
} from '#protocol/message/body/section';
import type { Part } from '#protocol/message/structure';
import { readViewRange } from '#store/mailboxes/read/octets';
import { readRange, type FetchedMessage, type Loader } from './message.ts';

/** A literal: its octets, or where they come from. */
export interface Octets {
  /** Up to the literal. */
  readonly head: string;
  /** May hold NUL (RFC 3516): literal8. */
  readonly binary: boolean;
  readonly size: number;
  readonly source: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What an item says: words, or a literal. */
export type Said = string | Octets;

export type Item = (message: FetchedMessage) => Said | Promise<Said>;

/** A range of the message that an item says. */
export function bodyItem(
  label: string,
  section: Section,
  partial: OctetRange | undefined,
  loader: Loader,
): Item {
  const whole = section.path.length === 0 && section.kind === undefined;
  return (message) => {
    const view = message.view!;
    const wanted: SectionOctets = whole
      ? { kind: 'range', start: 0, end: sizeOf(view) }
      : sectionOctets(rootOf(message), section);
    if (wanted.kind === 'missing') return `${label} NIL`;
    if (wanted.kind === 'fields') return fields(label, message, wanted, partial, loader);
    const { start, end } = partialOf(wanted, partial);
    const source =
      view.kind === 'whole'
        ? view.bytes.subarray(start, end)
        : stream(loader, message.emailId, start, end);
    return literal(label, false, end - start, source);
  };
}

/** Fields of a header are chosen from all of it, however large the message. */
function fields(
  label: string,
  { view, emailId }: FetchedMessage,
  { start, end, select }: Extract<SectionOctets, { kind: 'fields' }>,
  partial: OctetRange | undefined,
  loader: Loader,
): Said | Promise<Said> {
  const answer = (header: Uint8Array): Said => {
    const chosen = select(header);
    const range = partialOf({ start: 0, end: chosen.length }, partial);
    return literal(label, false, range.end - range.start, chosen.subarray(range.start, range.end));
  };
  if (view!.kind === 'whole') return answer(view!.bytes.subarray(start, end));
  return readRange(loader.mail, loader.accountId, emailId, start, end).then(answer);
}

/** A part with its transfer encoding undone. */
export function binaryItem(
  label: string,
  path: readonly number[],
  partial: OctetRange | undefined,
  loader: Loader,
  unknownEncoding: () => void,
): Item {
  return async (message) => {
    const decoded = await decodedPart(message, path, loader);
    if (decoded === 'missing') return `${label} NIL`;
    if (decoded === 'unknown-encoding') {
      unknownEncoding();
      return `${label} NIL`;
    }
    const { start, end } = partialOf({ start: 0, end: decoded.size }, partial);
    if (decoded.kind === 'whole') {
      const bytes = decoded.bytes.subarray(start, end);
      return literal(label, bytes.includes(0), bytes.length, bytes);
    }
    return literal(label, true, end - start, cut(decoded.read(), start, end));
  };
}

export function binarySizeItem(
  label: string,
  path: readonly number[],
  loader: Loader,
  unknownEncoding: () => void,
): Item {
  return async (message) => {
    const decoded = await decodedPart(message, path, loader);
    if (decoded === 'unknown-encoding') unknownEncoding();
    return `${label} ${typeof decoded === 'string' ? 0 : decoded.size}`;
  };
}

type Decoded =
  | { readonly kind: 'whole'; readonly size: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream';
      readonly size: number;
      readonly read: () => AsyncGenerator<Uint8Array>;
    };

async function decodedPart(
  { view, structure, emailId }: FetchedMessage,
  path: readonly number[],
  loader: Loader,
): Promise<Decoded | 'missing' | 'unknown-encoding'> {
  const root = structure!.part;
  const part = path.length === 0 ? root : findPart(root, path);
  if (part === undefined) return 'missing';
  const start = path.length === 0 ? 0 : part.bodyStart;
  const encoding = path.length === 0 ? 'binary' : part.encoding;
  const found = bodyDecoder(encoding);
  if (found.kind !== 'decoder') return 'unknown-encoding';
  if (view!.kind === 'whole') {
    const { decoder } = found;
    const bytes = concat([decoder.push(view!.bytes.subarray(start, part.bodyEnd)), decoder.end()]);
    return { kind: 'whole', size: bytes.length, bytes };
  }
  const read = (): AsyncGenerator<Uint8Array> =>
    decode(stream(loader, emailId, start, part.bodyEnd), encoding);
  // The size stands before the octets: they are decoded once to count them and once to send them.
  let size = 0;
  for await (const piece of read()) size += piece.length;
  return { kind: 'stream', size, read };
}

async function* decode(
  octets: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array> {
  const found = bodyDecoder(encoding);
  if (found.kind !== 'decoder') return;
  for await (const piece of octets) yield found.decoder.push(piece);
  yield found.decoder.end();
}

function stream(
  { mail, accountId }: Loader,
  emailId: number,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  return readViewRange(mail.pool, accountId, emailId, start, end);
}

/** What lies between two offsets of a stream. */
async function* cut(
  octets: AsyncIterable<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of octets) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    if (from < to) yield piece.subarray(from, to);
    at += piece.length;
    if (at >= end) return;
  }
}

function literal(label: string, binary: boolean, size: number, source: Octets['source']): Said {
  return size === 0 ? `${label} ""` : { head: `${label} `, binary, size, source };
}

function partialOf(
  range: { readonly start: number; readonly end: number },
  partial: OctetRange | undefined,
): { readonly start: number; readonly end: number } {
  return partial === undefined
    ? range
    : partialRange(range, { offset: partial.origin, length: partial.octets });
}

function sizeOf(view: NonNullable<FetchedMessage['view']>): number {
  return view.kind === 'whole' ? view.bytes.length : view.size;
}

/** Header and body of a small message are found at once: no structure is needed for them. */
function rootOf({ structure, view }: FetchedMessage): Part {
  if (structure !== undefined) return structure.part;
  const bytes = view!.kind === 'whole' ? view!.bytes : new Uint8Array(0);
  return {
    type: 'text',
    subtype: 'plain',
    params: [],
    encoding: '7bit',
    headerStart: 0,
    bodyStart: splitHeader(bytes).bodyStart,
    bodyEnd: bytes.length,
    lines: 0,
  };
}
