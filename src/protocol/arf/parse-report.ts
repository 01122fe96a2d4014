/**
 * Reads the body of message/feedback-report (RFC 5965 §3) as providers write it: unknown fields are passed over, a missing Version and names of older
 * drafts are taken, comments dropped, values cut. Called by find-feedback.ts. Linear in the input, which is bounded.
 */
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { dateOf, present } from '#protocol/message/header/optional-values';
import { MOST_CHARACTERS, MOST_VALUES, type AuthFailure, type FeedbackReport } from './report.ts';

export type ParsedFeedback =
  | { readonly kind: 'report'; readonly report: FeedbackReport }
  /** `no-type`: no Feedback-Type, the one field without which there is no report. */
  | { readonly kind: 'error'; readonly reason: 'too-large' | 'no-type' };

/** The longest known, of RFC 6591 with the whole canonical header in it, have some ten kilobytes. */
export const MAX_REPORT_OCTETS = 256 * 1024;
/** One report stands for no more than this, whatever it says. */
const MOST_INCIDENTS = 1_000_000;

/** @param body the part's content, already decoded from its transfer encoding */
export function parseFeedbackReport(body: Uint8Array): ParsedFeedback {
  if (body.length > MAX_REPORT_OCTETS) return { kind: 'error', reason: 'too-large' };
  // an empty line before the first field is no end
  const at = body.findIndex((octet) => octet !== 0x0d && octet !== 0x0a);
  const bytes = at > 0 ? body.subarray(at) : body;
  const header = splitHeader(bytes);
  const all = (name: string): string[] =>
    fieldsNamed(header, name)
      .slice(0, MOST_VALUES)
      .map((field) => cut(fieldValue(bytes, field)))
      .filter((value) => value !== '');
  const one = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const [value] = all(name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const feedbackType = word(one('Feedback-Type'));
  if (feedbackType === undefined) return { kind: 'error', reason: 'no-type' };
  const report: FeedbackReport = {
    feedbackType,
    ...present('userAgent', one('User-Agent')),
    ...present('originalEnvelopeId', one('Original-Envelope-Id')),
    ...present('originalMailFrom', path(one('Original-Mail-From'))),
    originalRcptTo: all('Original-Rcpt-To').map((value) => path(value)!),
    ...present('arrivalDate', dateOf(one('Arrival-Date', 'Received-Date'))),
    ...present(
      'reportingMta',
      one('Reporting-MTA')?.replace(/^[A-Za-z0-9-]{1,40}[ \t]*;[ \t]*/, ''),
    ),
    ...present('sourceIp', one('Source-IP')),
    incidents: incidentsOf(one('Incidents')),
    authenticationResults: all('Authentication-Results'),
    reportedDomains: all('Reported-Domain').map((value) => value.toLowerCase()),
    reportedUris: all('Reported-URI'),
    ...present('authFailure', authFailureOf(feedbackType, one)),
  };
  return { kind: 'report', report };
}

function authFailureOf(
  feedbackType: string,
  one: (...names: readonly string[]) => string | undefined,
): AuthFailure | undefined {
  const kind = word(one('Auth-Failure'));
  if (feedbackType !== 'auth-failure' && kind === undefined) return undefined;
  return {
    kind: kind ?? '',
    ...present('deliveryResult', word(one('Delivery-Result'))),
    ...present('identityAlignment', one('Identity-Alignment')?.toLowerCase()),
    ...present('dkimDomain', one('DKIM-Domain')?.toLowerCase()),
    ...present('dkimIdentity', one('DKIM-Identity')),
    ...present('dkimSelector', one('DKIM-Selector')?.toLowerCase()),
    ...present('spfDns', one('SPF-DNS')),
  };
}

function cut(value: string): string {
  return value.slice(0, MOST_CHARACTERS).trim();
}

/** The first word, without a comment or a parameter after it. */
function word(value: string | undefined): string | undefined {
  return /^[A-Za-z0-9_-]{1,40}/.exec(value ?? '')?.[0].toLowerCase();
}

function path(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const within = value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value;
  return within.trim();
}

function incidentsOf(value: string | undefined): number {
  const digits = /^\d{1,15}/.exec(value ?? '')?.[0];
  return digits === undefined ? 1 : Math.min(Math.max(Number(digits), 1), MOST_INCIDENTS);
}
