/**
 * Writes the body of message/feedback-report (RFC 5965 §3); `parseFeedbackReport` gives the same value again. Whatever stands in a value, a line
 * end never gets out. Pure.
 */
import { utf8 } from '#bytes';
import { formatDate } from '#protocol/message/header/date';
import { MOST_CHARACTERS, MOST_VALUES, type FeedbackReport } from './report.ts';

type FieldText = readonly [name: string, value: string];

/** The fields in lines with CRLF. */
export function formatFeedbackReport(report: FeedbackReport): Uint8Array {
  const fields: FieldText[] = [
    ['Feedback-Type', report.feedbackType],
    // RFC 5965 §3.1: required, though some leave it out
    ['User-Agent', report.userAgent ?? ''],
    ['Version', '1'],
    ...one('Original-Envelope-Id', report.originalEnvelopeId),
    ...one('Original-Mail-From', inBrackets(report.originalMailFrom)),
    ...all(
      'Original-Rcpt-To',
      report.originalRcptTo.map((to) => inBrackets(to)!),
    ),
    ...one('Arrival-Date', dateText(report.arrivalDate)),
    ...one('Reporting-MTA', report.reportingMta && `dns; ${report.reportingMta}`),
    ...one('Source-IP', report.sourceIp),
    ...one('Incidents', report.incidents === 1 ? undefined : String(report.incidents)),
    ...all('Authentication-Results', report.authenticationResults),
    ...all('Reported-Domain', report.reportedDomains),
    ...all('Reported-URI', report.reportedUris),
    ...authFailureFields(report),
  ];
  return utf8(
    fields
      .map(([name, value]) => [name, clean(value)] as const)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => fold(name, value))
      .join(''),
  );
}

function authFailureFields({ authFailure }: FeedbackReport): FieldText[] {
  if (authFailure === undefined) return [];
  return [
    ...one('Auth-Failure', authFailure.kind),
    ...one('Delivery-Result', authFailure.deliveryResult),
    ...one('Identity-Alignment', authFailure.identityAlignment),
    ...one('DKIM-Domain', authFailure.dkimDomain),
    ...one('DKIM-Identity', authFailure.dkimIdentity),
    ...one('DKIM-Selector', authFailure.dkimSelector),
    ...one('SPF-DNS', authFailure.spfDns),
  ];
}

function one(name: string, value: string | undefined): FieldText[] {
  return value === undefined ? [] : [[name, value]];
}

function all(name: string, values: readonly string[]): FieldText[] {
  return values.slice(0, MOST_VALUES).map((value) => [name, value]);
}

function inBrackets(path: string | undefined): string | undefined {
  return path === undefined ? undefined : `<${path.slice(0, MOST_CHARACTERS - 2)}>`;
}

function dateText(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatDate(at);
}

/** One printable line of bounded length. */
function clean(value: string): string {
  return value
    .slice(0, MOST_CHARACTERS)
    .toWellFormed()
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .trim();
}

const FOLD_AT = 76;

/** RFC 5322 §2.2.3: broken before white space; a word without end stays below the 998 octets of a line where it is ASCII. */
function fold(name: string, value: string): string {
  let folded = `${name}:`;
  let length = folded.length;
  for (const word of ` ${value}`.match(/ +[^ ]+/g) ?? []) {
    if (length + word.length > FOLD_AT && length > name.length + 1) {
      folded += '\r\n';
      length = 0;
    }
    folded += word;
    length += word.length;
  }
  return `${folded}\r\n`;
}
