/** Forms of records: the fields that each type has, and the way from them to the value that the panel judges. Pure. */
import type { Refused } from '#lab/dns/outcome';
import { AS_ZONE_FILE, EXAMPLES } from '#lab/dns/texts/examples';
import { say } from '#mail/story/phrase';
import type { DnsDesk } from './dns-places.ts';
import { DNS_TEXTS } from './dns-texts.ts';
import { field, form, refusal, type Field } from './forms.ts';
import { html, type Content } from './html.ts';
import { linkTo, speaker, type Page, type Reader } from './layout.ts';
import { PANEL } from './sites.ts';
import type { TextKey } from './texts.ts';

interface Part {
  readonly name: string;
  readonly label: TextKey;
  readonly usual?: string;
  readonly short?: true;
  readonly rows?: number;
  readonly hint?: TextKey;
}

const HOST: Part = { name: 'target', label: 'target', hint: 'targetHint' };
const number = (name: string, label: TextKey, usual: string): Part => ({
  name,
  label,
  usual,
  short: true,
});

/** In the order in which they stand in the value. */
const PARTS: Readonly<Record<string, readonly Part[]>> = {
  A: [{ name: 'address', label: 'ip4' }],
  AAAA: [{ name: 'address', label: 'ip6' }],
  MX: [number('preference', 'preference', '10'), HOST],
  TXT: [{ name: 'text', label: 'text', rows: 4, hint: 'textHint' }],
  CNAME: [HOST],
  SRV: [
    number('priority', 'priority', '0'),
    number('weight', 'weight', '1'),
    number('port', 'port', ''),
    HOST,
  ],
  CAA: [
    number('flags', 'flags', '0'),
    number('tag', 'tag', 'issue'),
    { name: 'text', label: 'value' },
  ],
  TLSA: [
    number('usage', 'usage', '3'),
    number('selector', 'selector', '1'),
    number('matching', 'matching', '1'),
    { name: 'digest', label: 'digest' },
  ],
  NS: [HOST],
};

const OTHER: readonly Part[] = [{ name: 'value', label: 'value', rows: 3 }];

export const FORM_TYPES = Object.keys(PARTS);

/** What the fields are called in a form. */
export type Words = Readonly<Record<string, string | undefined>>;

function partsOf(type: string): readonly Part[] {
  return (Object.hasOwn(PARTS, type) ? PARTS[type] : undefined) ?? OTHER;
}

/** The names of the fields of a type. */
export function fieldsOf(type: string): string[] {
  return partsOf(type).map(({ name }) => name);
}

/** The value in the presentation form, as it would stand in a command. */
export function valueOf(type: string, words: Words): string {
  const parts = partsOf(type).map(({ name }) => (words[name] ?? '').trim());
  if (type === 'CAA') parts.push(quoted(parts.pop() ?? ''));
  return parts.join(' ').trim();
}

function quoted(text: string): string {
  return text.startsWith('"') ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

export interface RecordForm {
  readonly zone: string;
  readonly type: string;
  readonly words: Words;
  readonly refused?: Refused | undefined;
}

const MOST_TEXT = 20_000;

/** A record that is put beside the others. */
export function addPage(
  desk: DnsDesk,
  { zone, type, words, refused }: RecordForm,
  reader: Reader,
): Page {
  const { lang } = reader;
  const t = speaker(lang);
  const isOther = !FORM_TYPES.includes(type);
  const at = placeOf(refused, meantBy(refused, type, words));
  const prefix = 'add';
  const parts = partsOf(type).map((part) => toField(part, words[part.name] ?? part.usual, at, t));
  const fields: Field[] = [
    {
      name: 'name',
      label: t('name'),
      hint: say(DNS_TEXTS.nameHint, lang, { zone }),
      value: words['name'],
      refused: at.name,
    },
    ...(isOther
      ? [{ name: 'type', label: t('type'), value: type, short: true, most: 20, refused: at.type }]
      : []),
    ...parts,
    ttlField(words['ttl'] ?? '3600', at.ttl, t),
  ];
  const place = {
    site: PANEL,
    path: '/add',
    token: desk.tokens.give(`${PANEL} ${zone}`),
    hidden: { zone, ...(!isOther && { type }) },
  } as const;
  return {
    status: refused === undefined ? 200 : 422,
    title: 'addTitle',
    self: { site: PANEL, path: '/add', query: { zone, type } },
    body: [
      heading(zone, isOther ? t('anotherType') : type, reader),
      form(reader, place, [
        fields.map((one) => field(reader, one, prefix)),
        html`<p><button>${t('addButton')}</button></p>`,
      ]),
    ],
  };
}

export interface SetForm {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly ttl: string;
  /** One value a line. */
  readonly values: string;
  readonly refused?: Refused | undefined;
}

/** All records of a name and type, in place of those before. */
export function changePage(desk: DnsDesk, one: SetForm, reader: Reader): Page {
  const { zone, name, type, ttl, values, refused } = one;
  const { lang } = reader;
  const t = speaker(lang);
  const at = placeOf(refused, 'values');
  const place = {
    site: PANEL,
    path: '/change',
    token: desk.tokens.give(`${PANEL} ${zone}`),
    hidden: { zone, name, type },
  } as const;
  const fields: Field[] = [
    {
      name: 'values',
      label: t('valuesLabel'),
      hint: (EXAMPLES[type] ?? AS_ZONE_FILE)[lang],
      value: values,
      rows: 5,
      most: MOST_TEXT,
      refused: at.values,
    },
    ttlField(ttl, at.ttl, t),
  ];
  const elsewhere = at.name ?? at.type;
  return {
    status: refused === undefined ? 200 : 422,
    title: 'changeTitle',
    self: { site: PANEL, path: '/change', query: { zone, name, type } },
    body: [
      heading(zone, say(DNS_TEXTS.ofRecord, lang, { name, type }), reader),
      elsewhere && refusal(elsewhere, lang, 'refused'),
      form(reader, place, [
        fields.map((each) => field(reader, each, 'set')),
        html`<p><button>${t('save')}</button></p>`,
      ]),
    ],
  };
}

function heading(zone: string, what: string, reader: Reader): Content {
  const { lang } = reader;
  return html`<p>
      <a href="${linkTo(reader, PANEL, '/', { zone, lang })}">${zone}</a>
    </p>
    <h2>${what}</h2>`;
}

function toField(
  { name, label, short, rows, hint }: Part,
  value: string | undefined,
  at: Readonly<Record<string, Refused | undefined>>,
  t: (key: TextKey) => string,
): Field {
  return {
    name,
    label: t(label),
    value,
    ...(hint !== undefined && { hint: t(hint) }),
    most: rows === undefined ? 1024 : MOST_TEXT,
    ...(short && { short }),
    ...(rows !== undefined && { rows }),
    refused: at[name],
  };
}

function ttlField(value: string, refused: Refused | undefined, t: (key: TextKey) => string): Field {
  return {
    name: 'ttl',
    label: t('ttlLabel'),
    hint: t('ttlHint'),
    value,
    most: 9,
    short: true,
    refused,
  };
}

/** The field whose word a refusal quotes; the last one where it quotes none. */
function meantBy(refused: Refused | undefined, type: string, words: Words): string {
  const names = fieldsOf(type);
  const quotes = (name: string): boolean => {
    const word = words[name] ?? '';
    return word !== '' && refused?.message.includes(`«${word}`) === true;
  };
  return names.find(quotes) ?? names.at(-1)!;
}

/** Which field a refusal is about. @param otherwise the name of the field where the value ends */
function placeOf(
  refused: Refused | undefined,
  otherwise: string,
): Readonly<Record<string, Refused | undefined>> {
  const names: Readonly<Record<string, string>> = {
    'bad-name': 'name',
    conflict: 'name',
    'bad-type': 'type',
    'bad-ttl': 'ttl',
  };
  return refused === undefined ? {} : { [names[refused.reason] ?? otherwise]: refused };
}
