/**
 * The wire text of BODY and BODYSTRUCTURE (RFC 9051 §7.5.2, RFC 3501 §7.4.2). One character per octet.
 * A message/rfc822 part whose octets cannot be read as they stand is told as application/octet-stream: the grammar wants an
 * envelope of it otherwise, and such an encoding is forbidden (RFC 2046 §5.2.1, RFC 2045 §6.4).
 * Called by servers/imap for FETCH.
 */
import type { Disposition, Parameter, Part } from '#protocol/message/structure';
import { formatEnvelope, formatNstring, formatString } from './envelope.ts';

/** BODYSTRUCTURE, with the extension data. `utf8` as in formatEnvelope. */
export function formatBodyStructure(part: Part, utf8: boolean): string {
  return formatPart(part, true, utf8);
}

/** BODY, without it. */
export function formatBody(part: Part, utf8: boolean): string {
  return formatPart(part, false, utf8);
}

/** Recursion is bounded by the depth that parse-structure.ts allows. */
function formatPart(part: Part, extended: boolean, utf8: boolean): string {
  if (!part.children) return formatSinglePart(part, extended, utf8);
  let text = '(';
  for (const child of part.children) text += formatPart(child, extended, utf8);
  text += ` ${formatString(part.subtype, utf8)}`;
  if (extended) text += ` ${formatParameters(part.params, utf8)}${formatExtension(part, utf8)}`;
  return `${text})`;
}

function formatSinglePart(part: Part, extended: boolean, utf8: boolean): string {
  const { message } = part;
  const opaque = message === undefined && isMessage(part);
  const type = opaque
    ? '"application" "octet-stream"'
    : `${formatString(part.type, utf8)} ${formatString(part.subtype, utf8)}`;
  let text = `(${type} ${formatParameters(part.params, utf8)} ${formatNstring(part.id, utf8)} ${formatNstring(part.description, utf8)} ${formatString(part.encoding, utf8)} ${part.bodyEnd - part.bodyStart}`;
  if (message)
    text += ` ${formatEnvelope(message.envelope, utf8)} ${formatPart(message.part, extended, utf8)} ${part.lines}`;
  else if (part.type === 'text') text += ` ${part.lines}`;
  if (extended) text += ` ${formatNstring(part.md5, utf8)}${formatExtension(part, utf8)}`;
  return `${text})`;
}

function isMessage({ type, subtype }: Part): boolean {
  return type === 'message' && (subtype === 'rfc822' || subtype === 'global');
}

/** Disposition, languages, location, each with a space before it. */
function formatExtension({ disposition, language, location }: Part, utf8: boolean): string {
  const languages = language
    ? `(${language.map((tag) => formatString(tag, utf8)).join(' ')})`
    : 'NIL';
  return ` ${formatDisposition(disposition, utf8)} ${languages} ${formatNstring(location, utf8)}`;
}

function formatDisposition(disposition: Disposition | undefined, utf8: boolean): string {
  if (!disposition) return 'NIL';
  return `(${formatString(disposition.type, utf8)} ${formatParameters(disposition.params, utf8)})`;
}

function formatParameters(params: readonly Parameter[], utf8: boolean): string {
  if (params.length === 0) return 'NIL';
  let text = '(';
  for (const [name, value] of params) {
    if (text.length > 1) text += ' ';
    text += `${formatString(name, utf8)} ${formatString(value, utf8)}`;
  }
  return `${text})`;
}
