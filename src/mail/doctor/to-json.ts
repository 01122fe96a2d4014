/** A result as one stable JSON object. */
import type { Language } from '#protocol/dsn/language';
import type { Result } from './result.ts';
import { tellResult } from './tell.ts';

export function resultToJson(
  result: Result,
  hostname: string,
  language: Language,
  firstSeen: number | undefined,
) {
  const { id, family, subject, status, finding, values, evidence, at } = result;
  const told = tellResult(result, hostname, language);
  return {
    id,
    family,
    subject,
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
    doc: `docs/doctor.md#${id.toLowerCase()}`,
  };
}
