/** A result as one stable JSON object. */
import type { Language } from '#protocol/dsn/language';
import { documentOf } from './document.ts';
import type { Result } from './result.ts';
import type { Status } from './status.ts';
import { tellResult } from './tell.ts';

/** How grave it is, for who sorts results and does not know the words of the doctor. */
const SEVERITY = {
  pass: 'none',
  skip: 'none',
  unknown: 'unknown',
  warn: 'warning',
  fail: 'error',
} as const satisfies Record<Status, string>;

export function resultToJson(
  result: Result,
  hostname: string,
  language: Language,
  firstSeen: number | undefined,
  documentation = '',
) {
  const { id, family, subject, status, finding, values, evidence, at } = result;
  const told = tellResult(result, hostname, language);
  return {
    id,
    family,
    subject,
    severity: SEVERITY[status],
    status,
    finding,
    title: told.title,
    observed: told.observed,
    expected: told.expected,
    why: told.why,
    remedy: told.remedy ?? null,
    values,
    evidence: evidence.map(({ asked, by, answer, ttl, took }) => ({
      asked,
      by: by === '' ? null : by,
      answer,
      ttl: ttl ?? null,
      milliseconds: took === undefined ? null : Math.round(took),
      at: new Date(at).toISOString(),
    })),
    firstSeen: firstSeen === undefined ? null : new Date(firstSeen).toISOString(),
    doc: documentOf(id, language, documentation),
  };
}
