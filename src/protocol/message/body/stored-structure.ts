/**
 * The structure of a message as compact JSON text, for the store: `[version, envelope, part]`, each a tuple in the order
 * below, what is absent at its end left out. Fast to read, since a mailbox is read by the ten thousand. Reading checks
 * what it finds: text that this version did not write, or that was damaged, is a `StructureDamaged`, upon which the
 * structure is parsed anew from the message.
 * Called by store through its callers: FETCH, and the follower that fills the table.
 */
import type {
  Disposition,
  EmbeddedMessage,
  Envelope,
  EnvelopeAddress,
  Parameter,
  Part,
} from '#protocol/message/structure';

/** To be raised whenever this layout changes, or parse-structure.ts reads a message in another way. */
export const STRUCTURE_VERSION = 1;

export class StructureDamaged extends Error {
  override readonly name = 'StructureDamaged';
}

/** `parse(format(x))` equals `x`. */
export function formatStructure({ envelope, part }: EmbeddedMessage): string {
  return JSON.stringify([STRUCTURE_VERSION, envelopeTuple(envelope), partTuple(part)]);
}

/** Throws StructureDamaged, and nothing else. */
export function parseStoredStructure(text: string): EmbeddedMessage {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw new StructureDamaged('not JSON', { cause });
  }
  const [version, envelope, part] = array(stored);
  if (version !== STRUCTURE_VERSION) throw new StructureDamaged('of another version');
  return { envelope: readEnvelope(envelope), part: readPart(part, 0) };
}

/** Deeper than what parse-structure.ts makes. */
const MAX_DEPTH = 500;

/** `0` for a list that is the one of From. */
function envelopeTuple(envelope: Envelope): unknown[] {
  const { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId } = envelope;
  const orFrom = (list: readonly EnvelopeAddress[]) => (list === from ? 0 : list);
  return [date, subject, messageId, inReplyTo, from, orFrom(sender), orFrom(replyTo), to, cc, bcc];
}

function readEnvelope(stored: unknown): Envelope {
  const [date, subject, messageId, inReplyTo, from, sender, replyTo, to, cc, bcc] = array(stored);
  const fromList = addresses(from);
  return {
    date: nstring(date),
    subject: nstring(subject),
    from: fromList,
    sender: sender === 0 ? fromList : addresses(sender),
    replyTo: replyTo === 0 ? fromList : addresses(replyTo),
    to: addresses(to),
    cc: addresses(cc),
    bcc: addresses(bcc),
    inReplyTo: nstring(inReplyTo),
    messageId: nstring(messageId),
  };
}

function addresses(stored: unknown): readonly EnvelopeAddress[] {
  const list = array(stored);
  for (const address of list) {
    const fields = array(address);
    if (fields.length !== 4) throw new StructureDamaged('an address has four fields');
    for (const field of fields) nstring(field);
  }
  return list as EnvelopeAddress[];
}

function partTuple(part: Part): unknown[] {
  const tuple: unknown[] = [
    part.headerStart,
    part.bodyStart,
    part.bodyEnd,
    part.lines,
    part.type,
    part.subtype,
    part.encoding === '7bit' ? 0 : part.encoding,
    part.params.length === 0 ? 0 : part.params.flat(),
    part.children?.map(partTuple) ?? 0,
    part.message ? [envelopeTuple(part.message.envelope), partTuple(part.message.part)] : 0,
    part.disposition ? [part.disposition.type, ...part.disposition.params.flat()] : 0,
    part.id ?? 0,
    part.description ?? 0,
    part.md5 ?? 0,
    part.language ?? 0,
    part.location ?? 0,
  ];
  while (tuple.at(-1) === 0 && tuple.length > 5) tuple.pop();
  return tuple;
}

function readPart(stored: unknown, depth: number): Part {
  if (depth > MAX_DEPTH) throw new StructureDamaged('too deep');
  const tuple = array(stored);
  const [headerStart, bodyStart, bodyEnd, lines, type, subtype, encoding, params] = tuple;
  const part = {
    type: string(type),
    subtype: string(subtype),
    params: present(params) ? parameters(array(params), 0) : NO_PARAMETERS,
    encoding: present(encoding) ? string(encoding) : '7bit',
    headerStart: count(headerStart),
    bodyStart: count(bodyStart),
    bodyEnd: count(bodyEnd),
    lines: count(lines),
  };
  return tuple.length <= 8 ? part : { ...part, ...readRest(tuple, depth) };
}

type Rest = Pick<
  Part,
  'children' | 'message' | 'disposition' | 'id' | 'description' | 'md5' | 'language' | 'location'
>;

function readRest(tuple: readonly unknown[], depth: number): Rest {
  const [children, message, disposition, id, description, md5, language, location] = tuple.slice(8);
  return {
    ...(present(children) && {
      children: array(children).map((child) => readPart(child, depth + 1)),
    }),
    ...(present(message) && { message: readMessage(message, depth + 1) }),
    ...(present(disposition) && { disposition: readDisposition(disposition) }),
    ...(present(id) && { id: string(id) }),
    ...(present(description) && { description: string(description) }),
    ...(present(md5) && { md5: string(md5) }),
    ...(present(language) && { language: array(language).map(string) }),
    ...(present(location) && { location: string(location) }),
  };
}

function readMessage(stored: unknown, depth: number): EmbeddedMessage {
  const [envelope, part] = array(stored);
  return { envelope: readEnvelope(envelope), part: readPart(part, depth) };
}

function readDisposition(stored: unknown): Disposition {
  const flat = array(stored);
  return { type: string(flat[0]), params: parameters(flat, 1) };
}

const NO_PARAMETERS: readonly Parameter[] = [];

function parameters(flat: readonly unknown[], from: number): Parameter[] {
  const found: Parameter[] = [];
  for (let index = from; index < flat.length; index += 2)
    found.push([string(flat[index]), string(flat[index + 1])]);
  return found;
}

function present(value: unknown): boolean {
  return value !== undefined && value !== 0;
}

function array(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new StructureDamaged('not a list');
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new StructureDamaged('not a string');
  return value;
}

function nstring(value: unknown): string | null {
  return value === null ? null : string(value);
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new StructureDamaged('not an offset');
  return value as number;
}
