/**
 * The answer to EHLO: what a server offers, as a value, its lines, and back (RFC 5321 §4.1.1.1 and the RFC of each
 * extension). The server formats it, the client parses what others send. Invariant: parse(format(x)) = x.
 * Unknown keywords are kept as `other`; a known one with malformed arguments counts as not offered.
 * Called by servers/smtp and clients/smtp.
 */
import { formatDateTime, parseDateTime } from './date-time.ts';

export interface Extensions {
  /** RFC 2920 */
  readonly pipelining?: true;
  /** RFC 1870: the largest message in octets; 0 where no limit is named. */
  readonly size?: number;
  /** RFC 6152 */
  readonly eightBitMime?: true;
  /** RFC 3030 */
  readonly chunking?: true;
  /** RFC 3030; never offered by this server. */
  readonly binaryMime?: true;
  /** RFC 6531 */
  readonly smtputf8?: true;
  /** RFC 2034 */
  readonly enhancedStatusCodes?: true;
  /** RFC 3461 */
  readonly dsn?: true;
  /** RFC 3207 */
  readonly startTls?: true;
  /** RFC 8689 */
  readonly requireTls?: true;
  /** RFC 4954: mechanisms in upper case, in the order of the server's preference. */
  readonly auth?: readonly string[];
  /** RFC 9422 */
  readonly limits?: Limits;
  /** RFC 4865 */
  readonly futureRelease?: FutureRelease;
  /** Keywords in upper case with what follows them, for the story of a delivery. */
  readonly other?: ReadonlyMap<string, string>;
}

export interface Limits {
  /** Transactions in a session. */
  readonly mailMax?: number;
  /** Recipients in a transaction. */
  readonly rcptMax?: number;
  /** Different recipient domains in a session. */
  readonly rcptDomainMax?: number;
}

export interface FutureRelease {
  /** Seconds. */
  readonly maxInterval: number;
  /** Milliseconds since 1970, whole seconds. */
  readonly maxDateTime: number;
}

/** The extensions that are a keyword and nothing more. */
const PLAIN = [
  ['PIPELINING', 'pipelining'],
  ['8BITMIME', 'eightBitMime'],
  ['CHUNKING', 'chunking'],
  ['BINARYMIME', 'binaryMime'],
  ['SMTPUTF8', 'smtputf8'],
  ['ENHANCEDSTATUSCODES', 'enhancedStatusCodes'],
  ['DSN', 'dsn'],
  ['STARTTLS', 'startTls'],
  ['REQUIRETLS', 'requireTls'],
] as const;

const LIMIT_NAMES = [
  ['MAILMAX', 'mailMax'],
  ['RCPTMAX', 'rcptMax'],
  ['RCPTDOMAINMAX', 'rcptDomainMax'],
] as const;

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** The lines of the 250 reply; the first is `greeting`, the server's name and what it likes to say. */
export function formatEhlo(greeting: string, extensions: Extensions): readonly string[] {
  const { size, auth, limits, futureRelease, other = new Map<string, string>() } = extensions;
  const lines = [greeting];
  for (const [keyword, name] of PLAIN) if (extensions[name]) lines.push(keyword);
  if (size !== undefined) lines.push(size === 0 ? 'SIZE' : `SIZE ${size}`);
  if (auth !== undefined) lines.push(['AUTH', ...auth].join(' '));
  if (limits !== undefined) lines.push(formatLimits(limits));
  if (futureRelease !== undefined) {
    const { maxInterval, maxDateTime } = futureRelease;
    lines.push(`FUTURERELEASE ${maxInterval} ${formatDateTime(maxDateTime)}`);
  }
  for (const [keyword, rest] of other) lines.push(rest === '' ? keyword : `${keyword} ${rest}`);
  return lines;
}

/** Reads the lines of a 250 reply to EHLO; the first, which greets, is passed over. */
export function parseEhlo(lines: readonly string[]): Extensions {
  const extensions: Draft<Extensions> = {};
  const other = new Map<string, string>();
  for (const line of lines.slice(1)) {
    // Some servers still write `AUTH=LOGIN`, as a draft of 1998 had it, often in addition to the right line.
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?$/s.exec(line);
    if (match !== null)
      readExtension(match[1]!.toUpperCase(), (match[2] ?? '').trim(), extensions, other);
  }
  if (other.size > 0) extensions.other = other;
  return extensions;
}

function readExtension(
  keyword: string,
  rest: string,
  extensions: Draft<Extensions>,
  other: Map<string, string>,
): void {
  const plain = PLAIN.find((entry) => entry[0] === keyword);
  if (plain !== undefined) extensions[plain[1]] = true;
  else if (keyword === 'SIZE') readSize(rest, extensions);
  else if (keyword === 'AUTH') readMechanisms(rest, extensions);
  else if (keyword === 'LIMITS') extensions.limits = parseLimits(rest);
  else if (keyword === 'FUTURERELEASE') readFutureRelease(rest, extensions);
  else other.set(keyword, rest);
}

function readSize(rest: string, extensions: Draft<Extensions>): void {
  if (/^\d{0,20}$/.test(rest)) extensions.size = Math.min(Number(rest), Number.MAX_SAFE_INTEGER);
}

function readMechanisms(rest: string, extensions: Draft<Extensions>): void {
  const mechanisms = rest
    .toUpperCase()
    .split(' ')
    .filter((word) => /^[A-Z0-9_-]{1,20}$/.test(word));
  extensions.auth = [...new Set([...(extensions.auth ?? []), ...mechanisms])];
}

function formatLimits(limits: Limits): string {
  const words = ['LIMITS'];
  for (const [keyword, name] of LIMIT_NAMES)
    if (limits[name] !== undefined) words.push(`${keyword}=${limits[name]}`);
  return words.join(' ');
}

function parseLimits(rest: string): Limits {
  const limits: Draft<Limits> = {};
  for (const word of rest.split(' ')) {
    const [keyword = '', value = ''] = word.split('=', 2);
    const name = LIMIT_NAMES.find((entry) => entry[0] === keyword.toUpperCase())?.[1];
    // RFC 9422 §3.1: the client ignores what it does not know or cannot read.
    if (name !== undefined && /^[1-9]\d{0,5}$/.test(value)) limits[name] = Number(value);
  }
  return limits;
}

function readFutureRelease(rest: string, extensions: Draft<Extensions>): void {
  const [interval = '', until = ''] = rest.split(/ +/, 2);
  const maxDateTime = parseDateTime(until);
  if (/^[1-9]\d{0,8}$/.test(interval) && maxDateTime !== undefined)
    extensions.futureRelease = { maxInterval: Number(interval), maxDateTime };
}
