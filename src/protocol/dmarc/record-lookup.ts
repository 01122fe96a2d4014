/**
 * Asks for the record of one domain (RFC 9989 §4.10 steps 1, 2, 5 and 6) and keeps the answers for one judgement: a name is asked
 * for once, however many walks come by it, and all walks together ask a bounded number of questions.
 */
import { type Resolver, type ResolveOptions, txtText } from '#protocol/dns/resolver';
import { isDmarcRecord, parseRecord } from './record.ts';
import type { DmarcStep, RecordAnswer } from './report.ts';

export type RecordLookup = (domain: string) => Promise<RecordAnswer>;

/**
 * The author's walk, one for SPF, and two beside them that share no name with either: far over what honest mail needs, since
 * only identifiers at or below the author's Organizational Domain are walked for.
 */
export const MAX_QUERIES = 32;
const MAX_NAME = 253;
/** Characters of a record that steps keep. */
const MAX_SHOWN = 1000;

/** @param tell gets one step for each name, when its answer is there */
export function recordLookup(
  resolver: Resolver,
  options: ResolveOptions,
  tell: (step: DmarcStep) => void,
): RecordLookup & { readonly queries: () => number } {
  const answers = new Map<string, Promise<RecordAnswer>>();
  let queries = 0;
  const lookup = (domain: string): Promise<RecordAnswer> => {
    const known = answers.get(domain);
    if (known) return known;
    const name = `_dmarc.${domain}`;
    const asked = answerFor(name).then((answer) => {
      tell({ step: 'asked', rfc: 'RFC 9989 §4.10', name, answer });
      return answer;
    });
    answers.set(domain, asked);
    return asked;
  };
  const answerFor = async (name: string): Promise<RecordAnswer> => {
    if (name.length > MAX_NAME) return { kind: 'too-long' };
    if (queries >= MAX_QUERIES) return { kind: 'over-limit' };
    queries++;
    return ask(name, resolver, options);
  };
  return Object.assign(lookup, { queries: () => queries });
}

async function ask(
  name: string,
  resolver: Resolver,
  options: ResolveOptions,
): Promise<RecordAnswer> {
  const answer = await resolver.resolve(name, 'TXT', options);
  switch (answer.kind) {
    case 'failure':
      // what can be no name has no record, today and tomorrow
      if (answer.cause === 'bad-name') return { kind: 'nxdomain' };
      return { kind: 'failure', cause: answer.cause, text: answer.text };
    case 'nxdomain':
    case 'no-data':
      return { kind: answer.kind };
    case 'records': {
      const texts = answer.records.map(txtText).filter(isDmarcRecord);
      const [text] = texts;
      const record = text === undefined ? undefined : parseRecord(text);
      if (text === undefined || !record)
        return { kind: 'no-record', others: answer.records.length };
      return texts.length > 1
        ? { kind: 'several', count: texts.length }
        : { kind: 'record', text: text.slice(0, MAX_SHOWN), record };
    }
  }
}
