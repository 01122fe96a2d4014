/**
 * The messages of Stalwart's mail-parser, from the RFCs, from Dovecot's tests and from others, with what that library reads in
 * them (mime-mail-parser/SOURCE.md). Compared are the parts with their exact offsets (its own are of the message with
 * LF line ends), types, parameters, encodings and dispositions, the decoded texts and octets, and of each message the
 * subject, the addresses, the date and the identifiers. Where we read in another way, the reason stands below.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromLatin1, latin1 } from '#bytes';
import { parseDate } from '#protocol/message/header/date';
import { decodeBody } from '#protocol/message/body/decode-body';
import type { EnvelopeAddress } from '#protocol/message/structure';
import { octetsAsText } from '#protocol/message/header/field-text';
import { parseMessageIds } from '#protocol/message/header/message-id';
import { parameterText } from '#protocol/message/header/parameter-text';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import type { EmbeddedMessage, Parameter, Part } from '#protocol/message/structure';

const FOLDER = new URL('mime-mail-parser/', import.meta.url);

type Attribute = { readonly name: string; readonly value: string };
type ContentType = {
  readonly c_type: string;
  readonly c_subtype: string | null;
  readonly attributes: readonly Attribute[] | null;
};
type TheirAddress = { readonly name: string | null; readonly address: string | null };
type HeaderValue = {
  readonly Text?: string;
  readonly ContentType?: ContentType;
  readonly Address?: {
    readonly List?: readonly TheirAddress[];
    readonly Group?: readonly { readonly addresses: readonly TheirAddress[] }[];
  };
  readonly DateTime?: Readonly<Record<string, number>> & { readonly tz_before_gmt: boolean };
};
type TheirBody = {
  readonly Text?: string;
  readonly Html?: string;
  readonly Binary?: readonly number[];
  readonly InlineBinary?: readonly number[];
  readonly Message?: TheirMessage;
  readonly Multipart?: readonly number[];
};
type TheirPart = {
  readonly headers: readonly {
    readonly name: string | object;
    readonly value: HeaderValue | string;
  }[];
  readonly body: TheirBody;
  readonly offset_header: number;
  readonly offset_body: number;
  readonly offset_end: number;
};
type TheirMessage = { readonly parts: readonly TheirPart[] };

/** One part as a line or two that a person can compare. */
type Seen = Readonly<Record<string, unknown>>;

function value(part: TheirPart, name: string): HeaderValue | undefined {
  const found = part.headers.findLast((header) => header.name === name)?.value;
  return typeof found === 'object' ? found : undefined;
}

function theirs(message: TheirMessage): Seen[] {
  return message.parts.flatMap((part, index) => {
    const type = value(part, 'content_type')?.ContentType;
    const disposition = value(part, 'content_disposition')?.ContentType;
    const { body } = part;
    return [
      {
        offsets: [part.offset_header, part.offset_body, part.offset_end],
        ...(index === 0 && theirEnvelope(part)),
        ...(type?.c_subtype && {
          type: `${type.c_type}/${type.c_subtype}`.toLowerCase(),
          params: attributes(type),
        }),
        ...(disposition && {
          disposition: disposition.c_type.toLowerCase(),
          named: attributes(disposition),
        }),
        encoding:
          value(part, 'content_transfer_encoding')
            ?.Text?.toLowerCase()
            .replace(/^([78])[ -]?bits?$/, '$1bit') ?? '7bit',
        ...theirContent(body),
      },
      ...(body.Message ? theirs(body.Message) : []),
    ];
  });
}

function attributes({ attributes: list }: ContentType): string[] {
  return (list ?? []).map(({ name, value: text }) => `${name}=${text}`);
}

function theirContent(body: TheirBody): Seen {
  if (body.Multipart) return { parts: body.Multipart.length };
  const text = body.Text ?? body.Html;
  if (text !== undefined) return { text };
  const octets = body.Binary ?? body.InlineBinary;
  return octets ? { octets: latin1(Uint8Array.from(octets)) } : { message: true };
}

function theirEnvelope(root: TheirPart): Seen {
  const date = value(root, 'date')?.DateTime;
  return {
    subject: value(root, 'subject')?.Text ?? null,
    from: theirAddresses(value(root, 'from')),
    to: theirAddresses(value(root, 'to')),
    date: date ? instant(date) : null,
    id: value(root, 'message_id')?.Text ?? null,
  };
}

function theirAddresses(found: HeaderValue | undefined): string[] {
  const list = found?.Address?.List ?? found?.Address?.Group?.flatMap(({ addresses }) => addresses);
  return (list ?? []).map(({ name, address }) => shown(name ?? '', address ?? ''));
}

function instant(
  date: Readonly<Record<string, number>> & { readonly tz_before_gmt: boolean },
): number {
  const zone = (date['tz_hour']! * 60 + date['tz_minute']!) * (date.tz_before_gmt ? -1 : 1);
  const local = Date.UTC(
    date['year']!,
    date['month']! - 1,
    date['day'],
    date['hour'],
    date['minute'],
    date['second'],
  );
  return local - zone * 60_000;
}

function ours(bytes: Uint8Array, { envelope, part: root }: EmbeddedMessage): Seen[] {
  const seen: Seen[] = [];
  const see = (part: Part): void => {
    seen.push({
      offsets: [part.headerStart, part.bodyStart, part.bodyEnd],
      ...(part === root && {
        subject: envelope.subject === null ? null : octetsAsText(envelope.subject),
        from: ourAddresses(envelope.from),
        to: ourAddresses(envelope.to),
        date: (envelope.date === null ? undefined : parseDate(envelope.date)) ?? null,
        id: parseMessageIds(envelope.messageId ?? '')[0] ?? null,
      }),
      type: `${part.type}/${part.subtype}`,
      params: texts(part.params),
      ...(part.disposition && {
        disposition: part.disposition.type,
        named: texts(part.disposition.params),
      }),
      encoding: part.encoding,
      ...content(bytes, part),
    });
    const { message } = part;
    if (message) seen.push(...ours(bytes, message));
    const hidden = hiddenMessage(bytes, part);
    if (hidden) seen.push(...ours(hidden, parseStructure(hidden)));
    for (const child of part.children ?? []) see(child);
  };
  see(root);
  return seen;
}

function hiddenMessage(bytes: Uint8Array, part: Part): Uint8Array | undefined {
  if (part.type !== 'message' || part.subtype !== 'rfc822' || part.message) return undefined;
  return decodeBody(bytes.subarray(part.bodyStart, part.bodyEnd), part.encoding);
}

function content(bytes: Uint8Array, part: Part): Seen {
  if (part.children) return { parts: part.children.length };
  if (part.message || hiddenMessage(bytes, part)) return { message: true };
  if (part.type === 'text') return { text: partText(bytes, part, Infinity) };
  const body = bytes.subarray(part.bodyStart, part.bodyEnd);
  return { octets: latin1(decodeBody(body, part.encoding) ?? body) };
}

function texts(params: readonly Parameter[]): string[] {
  return params.map((parameter) => {
    const base = parameter[0].replace(/\*$/, '');
    return `${base}=${parameterText([parameter], base)}`;
  });
}

function ourAddresses(list: readonly EnvelopeAddress[]): string[] {
  return list
    .filter(([, , , host]) => host !== null)
    .map(([name, , mailbox, host]) => {
      const address = [mailbox, host].filter((part) => part !== '').join('@');
      return shown(name === null ? '' : octetsAsText(name), address);
    });
}

/** A word alone is a name there, a local part here. */
function shown(name: string, address: string): string {
  return address.includes('@') ? `${name} <${address}>` : `${name}${address}`;
}

/** A message in short: types, and the beginnings of decoded bodies. */
function outline(bytes: Uint8Array, part: Part): string {
  const type = part.subtype;
  if (part.children)
    return `${type}(${part.children.map((child) => outline(bytes, child)).join(' ')})`;
  if (part.message) return `${type}(${outline(bytes, part.message.part)})`;
  return part.type === 'text'
    ? `${type} ${JSON.stringify(partText(bytes, part, Infinity).slice(0, 12))}`
    : type;
}

type Difference = { readonly why: string; readonly read: string };
const DELIMITER_IN_HEADER =
  'a delimiter ends a header too (RFC 2046 §5.1.1: a body part may be empty)';
const OUTER_DELIMITER = 'a delimiter of an outer multipart ends the inner one (RFC 2046 §5.1.2)';
const LONGEST = 'of boundaries that begin alike the longest that matches counts';
const COMMENT = 'a comment is not part of a name (RFC 5322 §3.2.2)';
const BASE64 = 'what is not of the alphabet of base64 is passed over (RFC 2045 §6.8)';

/** Where we read in another way: why, and what. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'rfc/000': {
    why: `${BASE64}; ${COMMENT}`,
    read: 'mixed(plain "... Some tex" plain "This could h" parallel(basic jpeg) enriched "This is <bol" rfc822(plain "... Addition"))',
  },
  'rfc/002': {
    why: COMMENT,
    read: 'mixed(plain "Fred,\\n\\nFire " rfc822(mixed(plain "Hi A1,\\n\\nI fi" gif)))',
  },
  'malformed/000': { why: DELIMITER_IN_HEADER, read: 'mixed(plain "" plain "" plain "" html "")' },
  'malformed/001': { why: LONGEST, read: 'mixed(mixed(plain "") plain "--a\\n\\n")' },
  'malformed/002': {
    why: 'a multipart without parts has one, its text (the grammar of BODYSTRUCTURE wants one)',
    read: 'mixed(plain "body\\n")',
  },
  'malformed/004': {
    why: 'the rest of the line of a delimiter is no header',
    read: 'mixed(mixed(plain "body\\n"))',
  },
  'malformed/007': { why: `${DELIMITER_IN_HEADER}; ${LONGEST}`, read: 'mixed(mixed(plain ""))' },
  'malformed/008': { why: LONGEST, read: 'mixed(mixed(plain "body") html "body2\\n")' },
  'malformed/009': {
    why: OUTER_DELIMITER,
    read: 'mixed(mixed(plain "1" plain "22") plain "333\\n")',
  },
  'malformed/011': {
    why: OUTER_DELIMITER,
    read: 'mixed(mixed(plain "1" plain "22") plain "333\\n")',
  },
  'malformed/012': {
    why: OUTER_DELIMITER,
    read: 'mixed(mixed(rfc822(plain "1") rfc822(plain "22")) rfc822(plain "333\\n"))',
  },
  'malformed/016': {
    why: `${LONGEST}, however long`,
    read: 'mixed(mixed(mixed(plain "1")) plain "22\\n--1234567")',
  },
  'malformed/017': {
    why: 'a disposition that names no type is an attachment (RFC 2183 §2.8)',
    read: 'mixed(png)',
  },
  'malformed/019': {
    why: 'of several fields of one name the first counts; the body starts at a line that is no field',
    read: 'alternative(html "<p>HTML body" html "<p>HTML body" html "<p>HTML body" plain "JPlain text " plain "Ct fixture.<" html "<p>HTML body" plain "Ct fixture.<" plain " boundivy=\\"b" plain "Content-Tp>\\n")',
  },
  'malformed/020': {
    why: 'of two fields Content-Type the first counts',
    read: 'related(alternative(html "<html>\\n  <he" plain "") png)',
  },
  'malformed/021': {
    why: 'of two fields Content-Type the first counts',
    read: 'related(alternative(html "  <!-- This " plain "") png)',
  },
  'malformed/022': {
    why: 'what is no header in a message/rfc822 part is the body of its message',
    read: 'mixed(plain "hello" rfc822(plain "this attachm"))',
  },
  'thirdparty/002': {
    why: `${BASE64}; its padding ends it`,
    read: 'mixed(plain "päivää\\n" plain "yötä vaan.\\n" plain "\uFFFD\uFFFD\uFFFDj\\u0007")',
  },
  'thirdparty/005': {
    why: 'a delimiter stands at the start of a line',
    read: 'mixed(plain "Test message" plain "Test message" plain "Test message" plain "『世界人権宣言』" plain "invalid--1--")',
  },
  'thirdparty/010': {
    why: 'a parameter that comes twice is told twice',
    read: 'mixed(plain "人権の無視及")',
  },
  'thirdparty/015': {
    why: DELIMITER_IN_HEADER,
    read: 'mixed(plain "Hallo Stoiko" rfc822(alternative(plain "")) rfc822(alternative(plain "")) rfc822(plain "(using TLSv1"))',
  },
};

let cases = 0;
let differences = 0;
for (const folder of ['rfc', 'malformed', 'thirdparty'])
  for (const file of readdirSync(new URL(`${folder}/`, FOLDER)).filter((f) => f.endsWith('.eml'))) {
    const name = `${folder}/${file.slice(0, -'.eml'.length)}`;
    test(name, (t) => {
      cases++;
      const text = readFileSync(new URL(`${name}.eml`, FOLDER), 'latin1');
      const message = fromLatin1(text.replaceAll('\r\n', '\n'));
      const json = readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
      const their = theirs(JSON.parse(json) as TheirMessage);
      const structure = parseStructure(message);
      const our = ours(message, structure).map((part, index) => {
        // They do not tell what a part is that says nothing of it.
        const { type: _type, params: _params, ...rest } = part;
        return their[index]?.['type'] === undefined ? rest : part;
      });
      const difference = DIFFERENCES[name];
      if (difference === undefined) {
        assert.deepEqual(our, their);
        return;
      }
      differences++;
      t.diagnostic(`${name}: ${difference.why}`);
      assert.notDeepEqual(our, their);
      assert.equal(outline(message, structure.part), difference.read);
    });
  }

test('the suite has 53 messages, of which 21 are read otherwise', () => {
  assert.equal(cases, 53);
  assert.equal(differences, Object.keys(DIFFERENCES).length);
  assert.equal(differences, 21);
});
