/**
 * The preview of a message (RFC 8970 §3.1): the beginning of its first text, on one line, at most 200 characters.
 * Called by servers/imap for FETCH PREVIEW, and for JMAP's `preview` (RFC 8621 §4.1.4).
 */
import type { Part } from '#protocol/message/structure';
import { eachPart } from './each-part.ts';
import { htmlText } from './html-text.ts';
import { partText } from './part-text.ts';

/** RFC 8970 §3.1: at most 200, in no case more than 256. */
const MAX_CHARACTERS = 200;
/** Of a body so much is looked at: HTML starts with its styles. */
const MAX_READ = 64 * 1024;
/** A message of nothing but empty parts is not read to its end. */
const MAX_PARTS = 20;

/** '' where the message has no text. */
export function previewText(message: Uint8Array, root: Part): string {
  let left = MAX_PARTS;
  for (const part of eachPart(root, ({ disposition }) => disposition?.type !== 'attachment')) {
    if (part.type !== 'text' || part.bodyStart === part.bodyEnd) continue;
    if (left-- === 0) break;
    const text = partText(message, part, MAX_READ);
    const shown = oneLine(part.subtype === 'html' ? htmlText(text) : withoutQuotes(text));
    if (shown !== '') return shown;
  }
  return '';
}

/** Lines quoted from another message say nothing of this one, unless there are no others. */
function withoutQuotes(text: string): string {
  const lines = text.slice(0, MAX_READ).split('\n');
  const own = lines.filter((line) => !line.startsWith('>'));
  return own.some((line) => line.trim() !== '') ? own.join('\n') : text;
}

/**
 * White space, and what takes no room: soft hyphens, joiners, marks of direction, with which newsletters fill up their
 * previews. One of them alone belongs to its word.
 */
const GAPS =
  /(?:[\s\x00-\x1f\x7f-\x9f\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]|\u034F)+/g;

function oneLine(text: string): string {
  const line = text
    .slice(0, MAX_READ)
    .replaceAll(GAPS, (gap) => (gap.length > 1 || /[\s\x00-\x1f\x7f-\x9f]/.test(gap) ? ' ' : gap))
    .trim()
    .slice(0, MAX_CHARACTERS * 2);
  // By characters, so that none is cut in two.
  return Array.from(line).slice(0, MAX_CHARACTERS).join('').toWellFormed().trim();
}
