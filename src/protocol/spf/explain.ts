/**
 * The explanation that a domain gives with `fail` (RFC 7208 §6.2). It is the text of a stranger, so only what is short and printable
 * US-ASCII is taken, and whatever is wrong with it only means that there is none.
 */
import { txtText } from '#protocol/dns/resolver';
import type { Evaluation } from './evaluation.ts';
import { expandText } from './expand-macros.ts';
import { parseMacroString } from './macro-string.ts';
import type { DomainModifier } from './record.ts';
import type { ExplanationOutcome } from './report.ts';
import { short } from './trace.ts';

const RFC = 'RFC 7208 §6.2';

/** Characters: a reply of SMTP has lines of 510 octets (RFC 5321 §4.5.3.1.5). */
const MAX_EXPLANATION = 500;

type Explanation = {
  readonly outcome: ExplanationOutcome;
  readonly text?: string;
};

/** @param domain whose record decided */
export async function explain(
  evaluation: Evaluation,
  domain: string,
  modifier: DomainModifier,
): Promise<string | undefined> {
  const { outcome, text } = await fetchExplanation(evaluation, domain, modifier);
  const term = short(modifier.text);
  evaluation.trace.add({ rfc: RFC, step: 'explanation', domain, term, outcome });
  return text;
}

async function fetchExplanation(
  evaluation: Evaluation,
  domain: string,
  modifier: DomainModifier,
): Promise<Explanation> {
  const target = await evaluation.target(domain, modifier.domain);
  if (target.kind === 'unusable') return { outcome: 'unusable-name' };
  const answer = await evaluation.ask(RFC, domain, target.name, 'TXT');
  if (answer.kind === 'failure') return { outcome: 'not-answered' };
  if (answer.kind !== 'records') return { outcome: 'no-record' };
  const [record, ...others] = answer.records;
  if (record === undefined || others.length > 0) return { outcome: 'several-records' };
  const parsed = parseMacroString(txtText(record), true);
  if (parsed.kind === 'malformed')
    return { outcome: parsed.problem === 'not-ascii' ? 'not-ascii' : 'malformed' };
  const values = await evaluation.macroValues(domain, parsed.parts);
  const { text, isCut } = expandText(parsed.parts, values, MAX_EXPLANATION);
  if (text === '') return { outcome: 'empty' };
  // the local part of the sender may be in it
  if (!/^[\x20-\x7e]*$/.test(text)) return { outcome: 'not-ascii' };
  return { outcome: isCut ? 'cut' : 'used', text };
}
