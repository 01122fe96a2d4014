/**
 * Reading an SPF record (RFC 7208 §4.6, ABNF in §12): every term with its place. A record with one syntax error anywhere is
 * worth nothing (permerror), even behind a mechanism that would have matched. Linear in the record.
 */
import { parseMechanism } from './parse-mechanism.ts';
import { parseDomainSpec } from './parse-domain-spec.ts';
import { parseMacroString } from './macro-string.ts';
import type {
  Directive,
  DomainModifier,
  Qualifier,
  SpfRecord,
  UnknownModifier,
  Written,
} from './record.ts';
import type { Problem } from './rules.ts';

export interface Malformed extends Written {
  readonly kind: 'malformed';
  readonly problem: Problem;
}

export type ParsedRecord = { readonly kind: 'record'; readonly record: SpfRecord } | Malformed;

export const VERSION = 'v=spf1';

/** `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`, and what follows it. */
const NAME = /^[A-Za-z][A-Za-z0-9\-_.]*/;

interface Draft {
  readonly directives: Directive[];
  readonly unknownModifiers: UnknownModifier[];
  redirect: DomainModifier | undefined;
  exp: DomainModifier | undefined;
}

/** @param text begins with the version, as `select-record.ts` chose it */
export function parseRecord(text: string): ParsedRecord {
  const draft: Draft = {
    directives: [],
    unknownModifiers: [],
    redirect: undefined,
    exp: undefined,
  };
  for (const written of termsOf(text)) {
    const problem = addTerm(draft, written);
    if (problem !== undefined) return { kind: 'malformed', problem, ...written };
  }
  return { kind: 'record', record: { text, ...draft } };
}

function* termsOf(text: string): Generator<Written> {
  let at = VERSION.length;
  while (at < text.length) {
    const space = text.indexOf(' ', at);
    const end = space === -1 ? text.length : space;
    if (end > at) yield { text: text.slice(at, end), position: at };
    at = end + 1;
  }
}

/** @returns what is wrong with the term */
function addTerm(draft: Draft, { text, position }: Written): Problem | undefined {
  const qualifier = isQualifier(text[0]) ? text[0] : undefined;
  const unqualified = qualifier === undefined ? text : text.slice(1);
  const name = NAME.exec(unqualified)?.[0];
  if (name === undefined) return /[^\x21-\x7e]/.test(text) ? 'not-ascii' : 'malformed-term';
  const rest = unqualified.slice(name.length);
  if (rest.startsWith('=')) {
    if (qualifier !== undefined) return 'qualified-modifier';
    return addModifier(draft, name.toLowerCase(), rest.slice(1), { text, position });
  }
  const mechanism = parseMechanism(name.toLowerCase(), rest);
  if (typeof mechanism === 'string') return mechanism;
  draft.directives.push({ qualifier: qualifier ?? '+', ...mechanism, text, position });
  return undefined;
}

function addModifier(
  draft: Draft,
  name: string,
  value: string,
  written: Written,
): Problem | undefined {
  if (name !== 'redirect' && name !== 'exp') {
    const parsed = parseMacroString(value);
    if (parsed.kind === 'malformed') return parsed.problem;
    draft.unknownModifiers.push({ name, value: parsed.parts, ...written });
    return undefined;
  }
  if (draft[name] !== undefined) return 'modifier-twice';
  const domain = parseDomainSpec(value);
  if (typeof domain === 'string') return domain;
  draft[name] = { domain, ...written };
  return undefined;
}

function isQualifier(character: string | undefined): character is Qualifier {
  return character === '+' || character === '-' || character === '~' || character === '?';
}
