/**
 * The parts of an SRS address. What other forwarders wrote may have `+` or `-` after SRS0 or SRS1, as the field allows; ours has `=`. Linear
 * in the text.
 */
import { toAscii } from '#protocol/address/domain';
import type { Mailbox } from '#protocol/address/mailbox';

/** What a forwarder before us made of a reverse-path. */
export interface Foreign {
  /** The first forwarder: where a bounce goes. */
  readonly host: string;
  /** What stands after SRS0 in its address, from the separator on. */
  readonly rest: string;
}

/** Undefined: it is an address like any other. */
export function readForeign({ localPart, domain }: Mailbox): Foreign | undefined {
  const tag = tagOf(localPart);
  if (tag === '0') return { host: domain, rest: localPart.slice(TAG) };
  if (tag !== '1') return undefined;
  const [, host, rest] = split(localPart.slice(TAG + 1), 2) ?? [];
  if (host === undefined || rest === undefined || !SEPARATOR.test(rest)) return undefined;
  const name = toAscii(host);
  return name === undefined ? undefined : { host: name, rest };
}

export interface Own0 {
  readonly form: 'srs0';
  readonly proof: string;
  readonly stamp: string;
  readonly from: string;
  readonly localPart: string;
}

export interface Own1 {
  readonly form: 'srs1';
  readonly proof: string;
  readonly host: string;
  readonly rest: string;
}

/** A local part as we write it, whoever wrote this one; undefined where it is none. */
export function readOwn(localPart: string): Own0 | Own1 | 'malformed' | undefined {
  const tag = tagOf(localPart);
  if (tag === undefined || localPart[TAG] !== '=') return undefined;
  const parts = split(localPart.slice(TAG + 1), tag === '0' ? 3 : 2);
  if (parts === undefined) return 'malformed';
  if (tag === '0') {
    const [proof, stamp, from, rest] = parts as [string, string, string, string];
    return { form: 'srs0', proof, stamp, from: lowerAscii(from), localPart: rest };
  }
  const [proof, host, rest] = parts as [string, string, string];
  return SEPARATOR.test(rest) ? { form: 'srs1', proof, host: lowerAscii(host), rest } : 'malformed';
}

/** Only A to Z: there are other letters whose small form is an ASCII letter. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Characters of `SRS0`. */
const TAG = 4;
const SEPARATOR = /^[=+-]/;

function tagOf(localPart: string): string | undefined {
  return /^SRS([01])[=+-]/i.exec(localPart)?.[1];
}

/** The parts before so many equals signs, and the rest; undefined where there are fewer. */
function split(text: string, count: number): string[] | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < count; i++) {
    const at = text.indexOf('=', from);
    if (at < 0) return undefined;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}
