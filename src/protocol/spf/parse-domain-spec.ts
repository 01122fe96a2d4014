/** `domain-spec` (RFC 7208 §7.1): a macro string that ends in a top label or in a macro. */
import { isTopLabel } from './domain.ts';
import { parseIp } from '#protocol/address/ip-address';
import { parseMacroString, usesMacro, type MacroString } from './macro-string.ts';
import type { Problem } from './rules.ts';

/** @returns the macro string, or what is wrong with it */
export function parseDomainSpec(text: string): MacroString | Problem {
  if (text === '') return 'argument-missing';
  const parsed = parseMacroString(text);
  if (parsed.kind === 'malformed') return parsed.problem;
  const { parts } = parsed;
  // RFC 7208 §7.2: «allowed only in "exp" text»
  if (usesMacro(parts, 'crt')) return 'macro-only-in-explanation';
  const last = parts.at(-1)!;
  if (last.kind !== 'literal' || endsInTopLabel(last.text)) return parts;
  return parseIp(text) === undefined ? 'malformed-domain' : 'address-for-domain';
}

/** `"." toplabel [ "." ]` */
function endsInTopLabel(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const dot = name.lastIndexOf('.');
  return dot !== -1 && isTopLabel(name.slice(dot + 1));
}
