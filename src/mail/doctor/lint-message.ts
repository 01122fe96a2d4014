/** What is wrong with the form of a message as it was sent. Pure; nothing of its content comes out. */
import { eachPart } from '#protocol/message/each-part';
import { fieldsNamed, splitHeader } from '#protocol/message/fields';
import { parseStructure } from '#protocol/message/parse-structure';
import type { Part } from '#protocol/message/structure';

export interface Lint {
  /** Fields that every message has. */
  readonly missing: readonly string[];
  readonly from: number;
  readonly bareLineEnd: boolean;
  readonly rawHeader: boolean;
  readonly brokenMime: boolean;
  readonly htmlOnly: boolean;
  /** Octets of the largest HTML part. */
  readonly html: number;
}

const CR = 0x0d;
const LF = 0x0a;
const WANTED = ['Date', 'Message-ID', 'From'] as const;

/** @param allowsUtf8 the message is an internationalized one (RFC 6532) */
export function lintMessage(message: Uint8Array, allowsUtf8: boolean): Lint {
  const header = splitHeader(message);
  const head = message.subarray(0, header.bodyStart);
  return {
    missing: WANTED.filter((name) => fieldsNamed(header, name).length === 0),
    from: fieldsNamed(header, 'From').length,
    bareLineEnd: hasBareLineEnd(message),
    rawHeader: !allowsUtf8 && head.some((octet) => octet > 0x7f),
    ...partsOf(parseStructure(message).part),
  };
}

function hasBareLineEnd(bytes: Uint8Array): boolean {
  return bytes.some((octet, at) =>
    octet === LF ? bytes[at - 1] !== CR : octet === CR && bytes[at + 1] !== LF,
  );
}

function partsOf(root: Part): Pick<Lint, 'brokenMime' | 'htmlOnly' | 'html'> {
  const parts = [...eachPart(root)];
  const html = parts.filter(({ type, subtype }) => type === 'text' && subtype === 'html');
  const plain = parts.some(({ type, subtype }) => type === 'text' && subtype === 'plain');
  return {
    brokenMime: parts.some(
      ({ type, params }) => type === 'multipart' && !params.some(([name]) => name === 'boundary'),
    ),
    htmlOnly: html.length > 0 && !plain,
    html: html.reduce((most, part) => Math.max(most, part.bodyEnd - part.bodyStart), 0),
  };
}
