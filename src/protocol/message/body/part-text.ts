/**
 * The text of a message that can be searched (RFC 9051 §6.4.4): of its headers, those of its parts and of embedded
 * messages too, and of its bodies that are text, transfer encoding and charset undone. HTML comes twice, as it is written and as it
 * reads. Each string stands for itself: nothing is found across two of them.
 * Called by store/search and mail/search through the follower, and by SEARCH for messages not yet indexed.
 */
import { ADDRESS_FIELDS, hiddenAddresses } from '#protocol/message/header/address-text';
import { decodeText } from '#protocol/message/charset';
import { fieldText } from '#protocol/message/header/field-text';
import { splitHeader } from '#protocol/message/header/fields';
import { parameterOctets } from '#protocol/message/header/parameter-text';
import type { Part } from '#protocol/message/structure';
import { decodeBody } from './decode-body.ts';
import { eachPart } from './each-part.ts';
import { fileName } from './file-name.ts';
import { htmlText } from './html-text.ts';
import { parseStructure } from './parse-structure.ts';

/** How many characters may still come; `cut` is set when something was left out. Shared by any number of readings. */
export type TextBudget = { left: number; cut: boolean };

/** `Name: value` of every field, and the addresses and file names that are not readable there. */
export function* headerText(
  message: Uint8Array,
  root: Part,
  budget: TextBudget,
  nesting = 0,
): Generator<string> {
  for (const part of eachPart(root)) {
    const header = message.subarray(part.headerStart, part.bodyStart);
    if (header.length > 0)
      for (const field of splitHeader(header).fields) {
        if (budget.left === 0) {
          budget.cut = true;
          return;
        }
        const limit = budget.left * 4;
        if (field.end - field.valueStart > limit) budget.cut = true;
        yield take(`${field.name}: ${fieldText(header, field, limit)}`, budget);
        if (ADDRESS_FIELDS.has(field.name.toLowerCase()))
          for (const address of hiddenAddresses(header, field)) yield take(address, budget);
      }
    if (hasExtendedName(part)) yield take(fileName(part) ?? '', budget);
    const hidden = hiddenMessage(message, part, budget, nesting);
    if (hidden) yield* headerText(hidden, parseStructure(hidden).part, budget, nesting + 1);
  }
}

/** The parts that are text, decoded. */
export function* bodyText(
  message: Uint8Array,
  root: Part,
  budget: TextBudget,
  nesting = 0,
): Generator<string> {
  for (const part of eachPart(root)) {
    const hidden = hiddenMessage(message, part, budget, nesting);
    if (hidden) yield* bodyText(hidden, parseStructure(hidden).part, budget, nesting + 1);
    if (part.type !== 'text' || part.bodyStart === part.bodyEnd) continue;
    if (budget.left === 0) {
      budget.cut = true;
      return;
    }
    if (part.bodyEnd - part.bodyStart > octetsFor(budget.left)) budget.cut = true;
    const text = partText(message, part, budget.left);
    const written = take(text, budget);
    yield written;
    if (part.subtype === 'html' && budget.left > 0) yield take(htmlText(written), budget);
  }
}

/** The text of a part: no more of its octets are read than `limit` characters and some more can come of. */
export function partText(message: Uint8Array, part: Part, limit: number): string {
  const end = Math.min(part.bodyEnd, part.bodyStart + octetsFor(limit));
  const body = message.subarray(part.bodyStart, end);
  const octets = decodeBody(body, part.encoding) ?? body;
  return decodeText(octets, parameterOctets(part.params, 'charset'));
}

/** Four octets for a character of UTF-8, each three as `=XX`; ISO-2022-JP may escape around each. */
function octetsFor(characters: number): number {
  return characters * 12;
}

/** Each such message can hold another that is hardly smaller. */
const MAX_NESTING = 3;

/** A message that lies encoded in its part, so that the structure does not tell of it. */
function hiddenMessage(
  message: Uint8Array,
  part: Part,
  budget: TextBudget,
  nesting: number,
): Uint8Array | undefined {
  if (part.type !== 'message' || part.message) return undefined;
  if (part.subtype !== 'rfc822' && part.subtype !== 'global') return undefined;
  if (part.encoding !== 'base64' && part.encoding !== 'quoted-printable') return undefined;
  if (budget.left === 0 || nesting === MAX_NESTING) {
    budget.cut = true;
    return undefined;
  }
  return decodeBody(message.subarray(part.bodyStart, part.bodyEnd), part.encoding);
}

function hasExtendedName({ params, disposition }: Part): boolean {
  return (
    params.some(([name]) => name === 'name*') ||
    (disposition?.params.some(([name]) => name === 'filename*') ?? false)
  );
}

function take(text: string, budget: TextBudget): string {
  if (text.length <= budget.left) {
    budget.left -= text.length;
    return text;
  }
  const taken = text.slice(0, budget.left).toWellFormed();
  budget.left = 0;
  budget.cut = true;
  return taken;
}
