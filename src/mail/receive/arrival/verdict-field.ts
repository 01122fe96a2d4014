/**
 * The verdict as a header field, for the owner of the mailbox and for filters: `X-Hikyaku-Verdict: junk; reasons=dmarc-quarantine;
 * also=spf-softfail`. Reasons are the words of `findings.ts`, those about a zone or domain with it: `listed:zen.example`.
 */
import type { Finding } from '#mail/receive/inquiry/findings';
import type { RecipientVerdict } from '#mail/receive/judgement/verdict';

export const VERDICT_FIELD = 'X-Hikyaku-Verdict';

/** Findings that are named; the rest is in `message explain`. */
const MAX_NAMED = 12;
/** RFC 1035 §2.3.4 */
const MAX_SUBJECT = 255;

/** With its line end. */
export function verdictField({ kind, because }: RecipientVerdict, all: readonly Finding[]): string {
  const others = all.filter((finding) => !because.includes(finding));
  const word = kind === 'inbox' ? 'accept' : kind;
  return `${VERDICT_FIELD}: ${word}${named('reasons', because)}${named('also', others)}\r\n`;
}

function named(parameter: string, findings: readonly Finding[]): string {
  const words = [...new Set(findings.map(wordOf))].slice(0, MAX_NAMED);
  return words.length === 0 ? '' : `;\r\n\t${parameter}=${words.join(',\r\n\t ')}`;
}

function wordOf({ reason, subject }: Finding): string {
  return subject === undefined ? reason : `${reason}:${harmless(subject)}`;
}

/** What a stranger chose may end no line, no list and no field. */
function harmless(text: string): string {
  return text.slice(0, MAX_SUBJECT).replaceAll(/[^A-Za-z0-9._:[\]-]/g, '?');
}
