/**
 * The kinds of settings: how each is written in a flag, the environment or `hikyaku.toml`, and what makes a value of it. The table of
 * settings (`fields.ts`) is written in these.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { isTimeZone } from '#protocol/imap/time-zone';
import { readListZone } from './list-zone.ts';
import { readSparedSender } from './spared-sender.ts';

export type Mode = 'dev' | 'serve';

export interface Field<T> {
  readonly schema: z.ZodType<T>;
  readonly doc: string;
  /** By mode where they differ; a setting without a default is required. */
  readonly defaults: { readonly dev?: T; readonly serve?: T };
  /** Never printed; its environment name also exists with _FILE. */
  readonly secret?: boolean;
  /** A file or a folder. In a file of settings one that is relative starts where that file lies, else where the program runs. */
  readonly isPath?: true;
  readonly env?: string;
}

export function field<T>(
  schema: z.ZodType<T>,
  doc: string,
  same?: T,
  extra: Partial<Field<T>> = {},
): Field<T> {
  return { schema, doc, defaults: same === undefined ? {} : { dev: same, serve: same }, ...extra };
}

/** Digits, where the text is nothing else: '' is not 0. */
export const number = (schema: z.ZodType<number>) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    schema,
  );
const port = number(z.number('is no number').int().min(0).max(65_535));
export const count = number(z.number('is no number').int().positive());
/** The same, and 0 for no limit. */
export const limit = number(z.number('is no number').int().nonnegative());
/** Parted by commas or spaces, or an array. */
export function listOf(item: z.ZodType<string>): z.ZodType<string[]> {
  return z.preprocess(
    (value) =>
      typeof value === 'string' ? value.split(/[\s,]+/).filter((part) => part !== '') : value,
    z.array(item),
  );
}
export const list = listOf(z.string());
export const listZone = z
  .string()
  .refine((text) => readListZone(text) !== undefined, 'is not zone=note, zone=junk or zone=reject');
export const sparedSender = z
  .string()
  .refine((text) => readSparedSender(text) !== undefined, 'is no domain, address or network');
export const ipAddress = z.string().refine((text) => isIP(text) !== 0, 'is no IP address');
export const timeZone = z.string().refine(isTimeZone, 'is no name of a time zone');
/** One from which a connection can leave. */
export const sourceAddress = ipAddress.refine(
  (text) => text !== '::' && text !== '0.0.0.0',
  'is no address of a host',
);
/** Empty, or whom mail of the server goes to. */
export const letterAddress = z.string().refine((text) => {
  const mailbox = text === '' ? undefined : parseMailbox(text);
  return text === '' || (/^[!-~]+$/.test(text) && mailbox !== undefined && mailbox.domain !== '');
}, 'is no address in ASCII');
/** As the rest of the program has it: in lower-case A-labels. */
export const hostName = z.string().transform((text, context) => {
  const name = toAscii(text);
  if (name !== undefined) return name;
  context.addIssue({ code: 'custom', message: 'is no host name' });
  return z.NEVER;
});
/** What `pg` would read otherwise is often a database that nobody meant. */
export const databaseUrl = z.string().refine(
  // a host may be left out, which URLs in general do not allow
  (text) =>
    text === '' ||
    (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text.replace('@/', '@host/'))),
  'is not postgresql://user:password@host/database',
);
/** A password in it would be shown with it. */
export const rspamdUrl = z
  .string()
  .refine(
    (text) => text === '' || (/^https?:\/\/[^@?#]+$/i.test(text) && URL.canParse(text)),
    'is not http://host:port',
  );
/** Words for directories are read by mail/certificates/acme-settings.ts. */
export const acmeDirectory = z
  .string()
  .refine(
    (text) =>
      /^(?:off|letsencrypt|staging)$/.test(text) ||
      (/^https:\/\/[^@]+$/.test(text) && URL.canParse(text)),
    'is not off, letsencrypt, staging or an https URL',
  );
export const httpsUrl = z
  .string()
  .refine(
    (text) => text === '' || (/^https:\/\/[^@]+$/.test(text) && URL.canParse(text)),
    'is no https URL',
  );
export const switchOn = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : value;
}, z.boolean('is neither true nor false'));

/** 90s, 15m, 4h, 5d, or milliseconds as a number. */
export const duration = z.preprocess(
  (value) => (typeof value === 'string' ? durationOf(value) : value),
  z.number('is no time such as 90s, 15m, 4h or 5d').positive(),
);
/** The same, and 0 for none. */
export const delay = z.preprocess(
  (value) => (typeof value === 'string' ? durationOf(value) : value),
  z.number('is no time such as 90s, 15m, 4h or 5d').nonnegative(),
);
/** 500K, 25M, 1G, or octets as a number. */
export const octets = z.preprocess(
  (value) => (typeof value === 'string' ? octetsOf(value) : value),
  z.number('is no size such as 500K, 25M or 1G').int().positive(),
);

const MILLISECONDS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
};
const OCTETS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function durationOf(text: string): number {
  return measured(/^(\d+(?:\.\d+)?)(ms|s|m|h|d|)$/.exec(text.trim().toLowerCase()), MILLISECONDS);
}

function octetsOf(text: string): number {
  return measured(/^(\d+)(k|m|g|)b?$/.exec(text.trim().toLowerCase()), OCTETS);
}

function measured(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number {
  return match ? Number(match[1]) * units[match[2]!]! : Number.NaN;
}

export function ports(dev: number, serve: number, doc: string): Field<number> {
  return { schema: port, doc: `${doc} 0 lets the system choose.`, defaults: { dev, serve } };
}

/** In dev nobody outside asks. */
export function publicPort(serve: number, doc: string): Field<number | 'off'> {
  return {
    schema: z.union([z.literal('off'), port]),
    doc: `${doc} \`off\` opens none, 0 lets the system choose.`,
    defaults: { dev: 'off', serve },
  };
}

export const ON_LOOPBACK: Field<string> = {
  schema: ipAddress,
  doc: 'Address to listen on. `::` is every address, IPv4 included.',
  defaults: { dev: '127.0.0.1', serve: '::' },
};
