/**
 * Messages with a signature written by hand: any tags, any layout, genuine for what they stand over. For tests that want to see what
 * verifiers make of odd ones. Then they are damaged, by small changes as they happen on the way or are made by attackers.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '#bytes';
import type { Canonicalization } from '#protocol/dkim/canonicalize-body';
import { hashBody } from '#protocol/dkim/body-hash';
import { canonicalizeFields, chooseFields, headerToSign } from '#protocol/dkim/canonicalize-header';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { splitHeader } from '#protocol/message/header/fields';

export const DRAFT_TIME = 1_795_500_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ed25519 = generateKeyPairSync('ed25519');

export const DRAFT_KEYS = {
  'rsa-sha256': { privateKey: rsa.privateKey, record: dnsRecordFor(rsa.publicKey) },
  'ed25519-sha256': { privateKey: ed25519.privateKey, record: dnsRecordFor(ed25519.publicKey) },
} as const;

export type DraftAlgorithm = keyof typeof DRAFT_KEYS;

export interface Draft {
  readonly algorithm: DraftAlgorithm;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** Of the message, each with its CRLF. */
  readonly fields: readonly string[];
  readonly content: string;
  /** h= */
  readonly names: readonly string[];
  readonly bodyLength?: number | undefined;
  /** Further tags, as they are written. */
  readonly tags: readonly string[];
  /** Where b= stands among the tags, and what stands between them. */
  readonly place: number;
  readonly between: string;
}

/** A field value with b= of this signature. */
export function signBytes(algorithm: DraftAlgorithm, data: Uint8Array, key?: KeyObject): string {
  const { privateKey } = DRAFT_KEYS[algorithm];
  const made =
    algorithm === 'rsa-sha256'
      ? sign('sha256', data, key ?? privateKey)
      : sign(null, createHash('sha256').update(data).digest(), key ?? privateKey);
  return made.toString('base64');
}

/** The message with its signature on top. */
export async function signDraft(draft: Draft): Promise<string> {
  const { algorithm, header, body, fields, content, names, bodyLength } = draft;
  const limit = bodyLength === undefined ? {} : { limit: bodyLength };
  const request = { canonicalization: body, ...limit };
  const [hash] = await hashBody([fromLatin1(content)], [request]);
  const tags = [
    'v=1',
    `a=${algorithm}`,
    `c=${header}/${body}`,
    'd=example.test',
    's=sel',
    `h=${names.join(':')}`,
    `bh=${Buffer.from(hash!.digest).toString('base64')}`,
    ...(bodyLength === undefined ? [] : [`l=${bodyLength}`]),
    ...draft.tags,
  ];
  const at = draft.place % (tags.length + 1);
  const before = [...tags.slice(0, at), 'b='].join(`;${draft.between}`);
  const after = tags
    .slice(at)
    .map((tag) => `;${draft.between}${tag}`)
    .join('');
  const own = fromLatin1(`DKIM-Signature: ${before}${after}\r\n`);
  const bytes = fromLatin1(fields.join(''));
  const chosen = chooseFields(splitHeader(bytes).fields, names);
  const data = headerToSign(header, canonicalizeFields(header, bytes, chosen), own);
  const field = `DKIM-Signature: ${before}${signBytes(algorithm, data)}${after}\r\n`;
  return latin1(concat([fromLatin1(field), bytes, fromLatin1(`\r\n${content}`)]));
}

const NAMES = ['From', 'To', 'Subject', 'Date', 'X-One', 'Reply-To', 'Content-Type'] as const;
const VALUES = ['a@example.test', ' two  spaces ', 'x', 'folded\r\n value', 'tab\tin', '', 'Ünï'];

const field = fc
  .tuple(fc.constantFrom(...NAMES.slice(1)), fc.constantFrom(...VALUES))
  .map(([name, value]) => `${name}: ${latin1(Buffer.from(value))}\r\n`);

const content = fc
  .array(fc.constantFrom('Hello', ' ', '\t', '\r\n', '\r\n\r\n', 'World. ', '..', '-- '), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

const name = fc
  .tuple(fc.constantFrom(...NAMES, 'Absent'), fc.constantFrom('', ' ', '\t', '\r\n '))
  .chain(([text, space]) =>
    fc.constantFrom(text, text.toLowerCase(), `${text}${space}`, `${space}${text}`),
  );

export const draft: fc.Arbitrary<Draft> = fc.record(
  {
    algorithm: fc.constantFrom('rsa-sha256' as const, 'ed25519-sha256' as const),
    header: fc.constantFrom('simple' as const, 'relaxed' as const),
    body: fc.constantFrom('simple' as const, 'relaxed' as const),
    fields: fc
      .tuple(fc.array(field, { maxLength: 5 }), fc.array(field, { maxLength: 3 }))
      .map(([above, below]) => above.concat('From: a@example.test\r\n', below)),
    content,
    names: fc.array(name, { maxLength: 8 }).map((names) => ['from'].concat(names)),
    bodyLength: fc.nat(12),
    tags: fc.uniqueArray(
      fc.constantFrom(
        `t=${DRAFT_TIME - 5}`,
        `x=${DRAFT_TIME + 5}`,
        'i=@example.test',
        'i=joe@sub.example.test',
        'i=jo=3De@Example.test',
        'i=@other.test',
        'q=dns/txt',
        'q=dns/other : dns/txt',
        'zz=unknown',
        'z=From:a|To:b=20c',
        `x=${DRAFT_TIME - 5}`,
        'x=x',
        't=',
      ),
      { maxLength: 3, selector: (tag) => tag.slice(0, 2) },
    ),
    place: fc.nat(12),
    between: fc.constantFrom(' ', '', '\r\n ', '\r\n\t', '  '),
  },
  {
    requiredKeys: [
      'algorithm',
      'header',
      'body',
      'fields',
      'content',
      'names',
      'tags',
      'place',
      'between',
    ],
  },
);

export interface Damage {
  readonly kind: keyof typeof DAMAGES;
  readonly at: number;
  readonly with: number;
}

const ADDED = [
  'Subject: other\r\n',
  'From: eve@evil.test\r\n',
  'X-Two: 1\r\n',
  'X-One:\r\n',
  'Content-Type: text/html\r\n',
  'DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; h=from; bh=YQ==; b=YQ==\r\n',
];

/** One change of a header, as lines with their folds, and of a body. */
type Parts = { readonly fields: string[]; body: string };

const DAMAGES = {
  nothing: () => {},
  swap: ({ fields }, at, other) => {
    const [a, b] = [at % fields.length, other % fields.length];
    [fields[a], fields[b]] = [fields[b]!, fields[a]!];
  },
  'name-case': ({ fields }, at, other) =>
    edit(fields, at, (text) =>
      text.replace(/^[^:]+/, (name) => (other % 2 ? name.toUpperCase() : name.toLowerCase())),
    ),
  'space-after-name': ({ fields }, at) => edit(fields, at, (text) => text.replace(':', ' :')),
  'space-after-colon': ({ fields }, at, other) =>
    edit(fields, at, (text) => text.replace(/: ?/, [':', ':  ', ':\t', ':\r\n '][other % 4]!)),
  'space-at-end': ({ fields }, at) => edit(fields, at, (text) => text.replace(/\r\n$/, ' \t\r\n')),
  'space-doubled': ({ fields }, at) =>
    edit(fields, at, (text) => text.replace(/(: ?\S+) /, '$1 \t ')),
  fold: ({ fields }, at) => edit(fields, at, (text) => text.replace(/(: ?\S+) /, '$1\r\n ')),
  value: ({ fields }, at) => edit(fields, at, (text) => text.replace(/\r\n$/, 'x\r\n')),
  remove: ({ fields }, at) => void fields.splice(at % fields.length, fields.length > 1 ? 1 : 0),
  add: ({ fields }, at, other) =>
    void fields.splice(at % (fields.length + 1), 0, ADDED[other % ADDED.length]!),
  repeat: ({ fields }, at) =>
    void fields.splice(at % fields.length, 0, fields[at % fields.length]!),
  'body-end': (parts, _at, other) => {
    parts.body += ['\r\n', '\r\n\r\n', ' ', ' \r\n', '\t\r\n\r\n', 'x', 'footer\r\n'][other % 7]!;
  },
  'body-cut': (parts, at) => {
    parts.body = parts.body.slice(0, parts.body.length - (at % 4));
  },
  'body-space': (parts, _at, other) => {
    parts.body = parts.body.replace(other % 2 ? ' ' : '\r\n', other % 2 ? '  ' : ' \r\n');
  },
  'body-case': (parts) => {
    parts.body = parts.body.toLowerCase();
  },
  'tag-name-case': (parts, at) =>
    editTag(parts, at, (tag) => tag.replace(/[a-z]+/, (word) => word.toUpperCase())),
  'tag-space': (parts, at, other) =>
    editTag(parts, at, (tag) => tag.replace('=', [' =', '= ', '\r\n =', '=\r\n\t'][other % 4]!)),
  'tag-twice': (parts, at) => editTag(parts, at, (tag) => `${tag};${tag}`),
  'tag-gone': (parts, at) => editTag(parts, at, () => 'y=1'),
  'tag-empty': (parts, at) => editTag(parts, at, (tag) => tag.replace(/=[^]*/, '=')),
  'tag-octet': (parts, at, other) =>
    editTag(parts, at, (tag) => {
      const place = tag.length - 1 - (other % Math.max(1, tag.length - 3));
      return `${tag.slice(0, place)}${tag[place] === 'A' ? 'B' : 'A'}${tag.slice(place + 1)}`;
    }),
  'tag-without-name': (parts, at) => editTag(parts, at, (tag) => `${tag};`),
  'tag-last-semicolon': (parts) =>
    editSignature(parts, (text) => text.replace(/\r\n$/, other(text))),
} as const satisfies Record<string, (parts: Parts, at: number, other: number) => void>;

function other(text: string): string {
  return text.length % 2 ? ';\r\n' : '; \r\n';
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(...(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])),
  at: fc.nat(30),
  with: fc.nat(30),
});

/** @param signature name of the field that changes of tags are made to */
export function damaged(
  message: string,
  damages: readonly Damage[],
  signature = 'DKIM-Signature',
): string {
  const end = message.indexOf('\r\n\r\n');
  const header = message.slice(0, end + 2);
  const parts: Parts & { signature: string } = {
    fields: header.split(/(?<=\r\n)(?![ \t])/),
    body: message.slice(end + 4),
    signature,
  };
  for (const { kind, at, with: other } of damages) DAMAGES[kind](parts, at, other);
  return `${parts.fields.join('')}\r\n${parts.body}`;
}

function edit(fields: string[], at: number, change: (text: string) => string): void {
  const index = at % fields.length;
  fields[index] = change(fields[index]!);
}

function editSignature(parts: Parts, change: (text: string) => string): void {
  const { signature = 'DKIM-Signature' } = parts as Parts & { signature?: string };
  const lower = `${signature.toLowerCase()}:`;
  const index = parts.fields.findIndex((text) => text.toLowerCase().startsWith(lower));
  if (index >= 0) parts.fields[index] = change(parts.fields[index]!);
}

function editTag(parts: Parts, at: number, change: (tag: string) => string): void {
  editSignature(parts, (text) => {
    const colon = text.indexOf(':') + 1;
    const tags = text.slice(colon).replace(/\r\n$/, '').split(';');
    const index = at % tags.length;
    tags[index] = change(tags[index]!);
    return `${text.slice(0, colon)}${tags.join(';')}\r\n`;
  });
}

const RECORD_CHANGES: readonly ((record: string) => string)[] = [
  (record) => record,
  (record) => record.replace('v=DKIM1; ', ''),
  (record) => record.replace('DKIM1', 'dkim1'),
  (record) => `k=rsa; ${record}`,
  (record) => record.replace(/k=\w+; /, ''),
  (record) => record.replace(/k=(\w+)/, (_, type: string) => `k=${type.toUpperCase()}`),
  (record) => record.replace(/k=\w+/, 'k=dsa'),
  (record) => record.replace('p=', 'h=sha256; p='),
  (record) => record.replace('p=', 'h=sha1 : sha256; p='),
  (record) => record.replace('p=', 'h=sha1; p='),
  (record) => record.replace('p=', 's=email; p='),
  (record) => record.replace('p=', 's=tlsrpt; p='),
  (record) => record.replace('p=', 's=*:other; p='),
  (record) => record.replace('p=', 't=y; p='),
  (record) => record.replace('p=', 't=s; p='),
  (record) => record.replace('p=', 't=y:s; p='),
  (record) => record.replace('p=', 'g=*; zz=1; p='),
  (record) => record.replace('p=', 'n=some notes; p='),
  (record) => record.replace('p=', 'p = '),
  (record) => record.replace(/(p=.{20})/, '$1 \t'),
  (record) => `${record};`,
  (record) => `${record}; `,
  (record) => `${record};;`,
  (record) => `${record}; p=`,
  (record) => record.replace(/p=.*/, 'p='),
  (record) => record.replace(/p=.*/, ''),
  (record) => record.replace(/p=.{12}/, 'p=%%%%%%%%%%%%'),
  (record) => record.replace(/.{8}$/, ''),
  (record) => `v=spf1 -all${record.slice(0, 0)}`,
];

export const recordChange: fc.Arbitrary<(record: string) => string> = fc
  .array(fc.constantFrom(...RECORD_CHANGES), { maxLength: 1 })
  .map((changes) => (record: string) => changes.reduce((text, change) => change(text), record));
