/**
 * The ESMTP parameters of MAIL and RCPT: generic syntax of RFC 5321 §4.1.2, and a table per command of those this
 * server knows: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), REQUIRETLS (RFC 8689), RET, ENVID, NOTIFY, ORCPT (RFC 3461), AUTH
 * (RFC 4954 §5), HOLDFOR and HOLDUNTIL (RFC 4865). BODY=BINARYMIME (RFC 3030) is refused: it is not offered.
 * Invariant: parse(format(x)) = x. Called by command.ts; the formatters by clients/smtp.
 */
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { formatDateTime, parseDateTime } from './date-time.ts';
import {
  formatOriginalRecipient,
  type OriginalRecipient,
  parseOriginalRecipient,
} from './original-recipient.ts';
import { decodeXtext, encodeXtext } from './xtext.ts';

export interface MailParameters {
  /** Octets of the message as the client estimates them; capped at 2^53 - 1. */
  readonly size?: number;
  readonly body?: '7BIT' | '8BITMIME';
  readonly smtputf8?: true;
  /** TLS on the whole way, or a notice of failure. */
  readonly requireTls?: true;
  /** What a failure notice shall return. */
  readonly ret?: 'FULL' | 'HDRS';
  /** Printable ASCII, decoded, to be repeated in notices. */
  readonly envid?: string;
  /** Who submitted the message first; null for `<>`, unknown. */
  readonly auth?: Mailbox | null;
  /** Seconds to hold the message, 1 to 999,999,999. Never together with `holdUntil`. */
  readonly holdFor?: number;
  /** When to release the message, in milliseconds since 1970. */
  readonly holdUntil?: number;
}

export type NotifyCondition = 'SUCCESS' | 'FAILURE' | 'DELAY';

export interface RcptParameters {
  /** When to notify the sender; empty for NEVER, undefined where the server decides. In the type's order. */
  readonly notify?: readonly NotifyCondition[];
  readonly orcpt?: OriginalRecipient;
}

/** The extensions with parameters that not every listener offers. */
export interface OfferedParameters {
  readonly auth: boolean;
  readonly futureRelease: boolean;
  /** Under TLS. */
  readonly requireTls: boolean;
}

export type ParameterReason =
  | 'value-missing'
  | 'value-not-allowed'
  | 'malformed-value'
  | 'value-too-long'
  | 'binarymime'
  | 'both-holds';

/** One line of ASCII for each reason, for the text of a 501 reply. */
export const parameterReasonText: Readonly<Record<ParameterReason, string>> = {
  'value-missing': 'The parameter needs a value',
  'value-not-allowed': 'The parameter takes no value',
  'malformed-value': 'The value of the parameter is malformed',
  'value-too-long': 'The value of the parameter is too long',
  binarymime: 'BINARYMIME is not offered here; encode the content and use 7BIT or 8BITMIME',
  'both-holds': 'HOLDFOR and HOLDUNTIL exclude each other',
};

export type ParameterError =
  /** 555 5.5.4 (RFC 5321 §4.1.1.11) */
  | { readonly kind: 'unknown-parameter'; readonly keyword: string }
  | { readonly kind: 'duplicate-parameter'; readonly keyword: string }
  | { readonly kind: 'bad-parameter'; readonly keyword: string; readonly reason: ParameterReason }
  /** Something between the spaces is not `keyword` or `keyword=value`. */
  | { readonly kind: 'malformed-parameter' };

type Parsed<T> = { readonly kind: 'parameters'; readonly parameters: T } | ParameterError;
type Draft<T> = { -readonly [K in keyof T]: T[K] };
/** Puts a value into the draft, or says why not. */
type Reader<T> = (value: string | undefined, draft: Draft<T>) => ParameterReason | undefined;

// RFC 5321 §4.1.2, the value with the UTF-8 of RFC 6531 §3.3
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\u{10ffff}]+))?$/u;
/** RFC 3461 §4: no ENVID value is longer. */
const MAX_ENVID = 100;
/** RFC 4954 §5: what MAIL grows by. */
const MAX_AUTH = 500;

const MAIL: Readonly<Record<string, Reader<MailParameters>>> = {
  SIZE: (value, draft) => {
    if (value === undefined) return 'value-missing';
    // RFC 1870 §4: 1*20DIGIT
    if (!/^\d{1,20}$/.test(value)) return 'malformed-value';
    draft.size = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    return undefined;
  },
  BODY: (value, draft) => {
    const body = value?.toUpperCase();
    if (body === 'BINARYMIME') return 'binarymime';
    if (body !== '7BIT' && body !== '8BITMIME') return missingOrMalformed(value);
    draft.body = body;
    return undefined;
  },
  SMTPUTF8: (value, draft) => {
    if (value !== undefined) return 'value-not-allowed';
    draft.smtputf8 = true;
    return undefined;
  },
  REQUIRETLS: (value, draft) => {
    if (value !== undefined) return 'value-not-allowed';
    draft.requireTls = true;
    return undefined;
  },
  RET: (value, draft) => {
    const ret = value?.toUpperCase();
    if (ret !== 'FULL' && ret !== 'HDRS') return missingOrMalformed(value);
    draft.ret = ret;
    return undefined;
  },
  ENVID: (value, draft) => {
    if (value === undefined) return 'value-missing';
    if (value.length > MAX_ENVID) return 'value-too-long';
    const envid = decodeXtext(value);
    // RFC 3461 §4.4: printable US-ASCII under the encoding, since it goes into header fields.
    if (envid === undefined || !/^[ -~]+$/.test(envid)) return 'malformed-value';
    draft.envid = envid;
    return undefined;
  },
  AUTH: (value, draft) => {
    if (value === undefined) return 'value-missing';
    if (value.length > MAX_AUTH) return 'value-too-long';
    const decoded = decodeXtext(value);
    const mailbox = decoded === '<>' ? null : parseMailbox(decoded ?? '');
    if (mailbox === undefined) return 'malformed-value';
    draft.auth = mailbox;
    return undefined;
  },
  HOLDFOR: (value, draft) => {
    if (draft.holdUntil !== undefined) return 'both-holds';
    // RFC 4865 §3: future-release-integer
    if (value === undefined || !/^[1-9]\d{0,8}$/.test(value)) return missingOrMalformed(value);
    draft.holdFor = Number(value);
    return undefined;
  },
  HOLDUNTIL: (value, draft) => {
    if (draft.holdFor !== undefined) return 'both-holds';
    const time = parseDateTime(value ?? '');
    if (time === undefined) return missingOrMalformed(value);
    draft.holdUntil = time;
    return undefined;
  },
};

const NOTIFY_CONDITIONS: readonly NotifyCondition[] = ['SUCCESS', 'FAILURE', 'DELAY'];

const RCPT: Readonly<Record<string, Reader<RcptParameters>>> = {
  NOTIFY: (value, draft) => {
    if (value === undefined) return 'value-missing';
    const words = value.toUpperCase().split(',', NOTIFY_CONDITIONS.length + 1);
    const never = words.length === 1 && words[0] === 'NEVER';
    const conditions = NOTIFY_CONDITIONS.filter((condition) => words.includes(condition));
    // A word that is none of the three, or one given twice
    if (!never && conditions.length !== words.length) return 'malformed-value';
    draft.notify = conditions;
    return undefined;
  },
  ORCPT: (value, draft) => {
    const orcpt = parseOriginalRecipient(value ?? '');
    if (orcpt === undefined) return missingOrMalformed(value);
    draft.orcpt = orcpt;
    return undefined;
  },
};

/** Reads what follows the path of MAIL: empty, or parameters each after one or more spaces. */
export function parseMailParameters(
  text: string,
  offered: OfferedParameters,
): Parsed<MailParameters> {
  const hidden = new Set<string>();
  if (!offered.auth) hidden.add('AUTH');
  if (!offered.requireTls) hidden.add('REQUIRETLS');
  if (!offered.futureRelease) hidden.add('HOLDFOR').add('HOLDUNTIL');
  return parse(text, MAIL, hidden);
}

/** Reads what follows the path of RCPT. */
export function parseRcptParameters(text: string): Parsed<RcptParameters> {
  return parse(text, RCPT, NONE);
}

/** Each parameter with a space before it. */
export function formatMailParameters(parameters: MailParameters): string {
  const { size, body, smtputf8, requireTls, ret, envid, auth, holdFor, holdUntil } = parameters;
  const words: string[] = [];
  if (size !== undefined) words.push(` SIZE=${size}`);
  if (body !== undefined) words.push(` BODY=${body}`);
  if (smtputf8) words.push(' SMTPUTF8');
  if (requireTls) words.push(' REQUIRETLS');
  if (ret !== undefined) words.push(` RET=${ret}`);
  if (envid !== undefined) words.push(` ENVID=${encodeXtext(envid)}`);
  if (auth === null) words.push(' AUTH=<>');
  else if (auth !== undefined) words.push(` AUTH=${encodeXtext(formatMailbox(auth))}`);
  if (holdFor !== undefined) words.push(` HOLDFOR=${holdFor}`);
  if (holdUntil !== undefined) words.push(` HOLDUNTIL=${formatDateTime(holdUntil)}`);
  return words.join('');
}

/** Each parameter with a space before it. `smtputf8`: the transaction uses SMTPUTF8. */
export function formatRcptParameters(parameters: RcptParameters, smtputf8: boolean): string {
  const { notify, orcpt } = parameters;
  const words: string[] = [];
  if (notify !== undefined)
    words.push(` NOTIFY=${notify.length === 0 ? 'NEVER' : notify.join(',')}`);
  if (orcpt !== undefined) words.push(` ORCPT=${formatOriginalRecipient(orcpt, smtputf8)}`);
  return words.join('');
}

const NONE: ReadonlySet<string> = new Set();

function parse<T extends object>(
  text: string,
  readers: Readonly<Record<string, Reader<T>>>,
  hidden: ReadonlySet<string>,
): Parsed<T> {
  const draft = {} as Draft<T>;
  if (text === '') return { kind: 'parameters', parameters: draft };
  if (!text.startsWith(' ')) return { kind: 'malformed-parameter' };
  const seen = new Set<string>();
  for (const word of text.split(' ')) {
    // Several spaces in a row are read as one: some clients put two.
    if (word === '') continue;
    const match = PARAMETER.exec(word);
    if (match === null) return { kind: 'malformed-parameter' };
    const keyword = match[1]!.toUpperCase();
    const reader = Object.hasOwn(readers, keyword) ? readers[keyword] : undefined;
    if (reader === undefined || hidden.has(keyword)) return { kind: 'unknown-parameter', keyword };
    // RFC 5321 §4.1.1.11 leaves it open; two values of which one is ignored would mislead the client.
    if (seen.has(keyword)) return { kind: 'duplicate-parameter', keyword };
    seen.add(keyword);
    const reason = reader(match[2], draft);
    if (reason !== undefined) return { kind: 'bad-parameter', keyword, reason };
  }
  return { kind: 'parameters', parameters: draft };
}

function missingOrMalformed(value: string | undefined): ParameterReason {
  return value === undefined ? 'value-missing' : 'malformed-value';
}
