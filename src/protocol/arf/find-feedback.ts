/**
 * The feedback report in a mail (RFC 5965 §2), and the message that it is about, as far as the reporter gives it back. Whoever reports by the form of
 * Outlook's junk mail reporting sends no report at all, but the message with a field that names the recipient. Pure; called by mail/complaints.
 */
import { latin1 } from '#bytes';
import { decodeBody } from '#protocol/message/body/decode-body';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import type { Part } from '#protocol/message/structure';
import { parseFeedbackReport, type ParsedFeedback } from './parse-report.ts';
import { MOST_CHARACTERS, type FeedbackReport } from './report.ts';

export type FoundFeedback =
  | {
      readonly kind: 'report';
      readonly report: FeedbackReport;
      /** The message it is about: its header at least, where it is given and can be read. */
      readonly original: Uint8Array | undefined;
    }
  | { readonly kind: 'none' }
  /** A part says that it is one. */
  | {
      readonly kind: 'broken';
      readonly why: 'encoding' | (ParsedFeedback & { kind: 'error' })['reason'];
    };

export function findFeedback(message: Uint8Array): FoundFeedback {
  let reported: Part | undefined;
  let returned: Part | undefined;
  for (const part of outerParts(parseStructure(message).part)) {
    const type = `${part.type}/${part.subtype}`;
    if (type === 'message/feedback-report') reported ??= part;
    else if (RETURNED.has(type)) returned ??= part;
  }
  const original = returned && contentOf(message, returned);
  if (reported === undefined) return withoutReport(original);
  const body = contentOf(message, reported);
  if (body === undefined) return { kind: 'broken', why: 'encoding' };
  const parsed = parseFeedbackReport(body);
  return parsed.kind === 'report'
    ? { kind: 'report', report: parsed.report, original }
    : { kind: 'broken', why: parsed.reason };
}

const RETURNED: ReadonlySet<string> = new Set([
  'message/rfc822',
  'message/global',
  'text/rfc822-headers',
  'message/rfc822-headers',
  'message/global-headers',
]);

/** The parts of the mail itself, not those of a message in it. */
function* outerParts(root: Part): Generator<Part> {
  const left = [root];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    yield part;
    for (let i = (part.children?.length ?? 0) - 1; i >= 0; i--) left.push(part.children![i]!);
  }
}

function contentOf(message: Uint8Array, { bodyStart, bodyEnd, encoding }: Part) {
  return decodeBody(message.subarray(bodyStart, bodyEnd), encoding);
}

function withoutReport(original: Uint8Array | undefined): FoundFeedback {
  if (original === undefined) return { kind: 'none' };
  const header = splitHeader(original);
  const [field] = fieldsNamed(header, 'X-HmXmrOriginalRecipient');
  if (field === undefined) return { kind: 'none' };
  const recipient = fieldValue(original, field).slice(0, MOST_CHARACTERS);
  return {
    kind: 'report',
    report: {
      feedbackType: 'abuse',
      originalRcptTo: recipient === '' ? [] : [recipient],
      incidents: 1,
      authenticationResults: [],
      reportedDomains: [],
      reportedUris: [],
    },
    original,
  };
}

/** Values of fields of the message that a report is about, in their order, unfolded; none where the field is not there. */
export function originalValues(original: Uint8Array | undefined, name: string): string[] {
  if (original === undefined) return [];
  const header = splitHeader(original);
  return fieldsNamed(header, name)
    .slice(0, MOST_FIELDS)
    .map((field) =>
      latin1(
        original.subarray(field.valueStart, Math.min(field.end, field.valueStart + MOST_OCTETS)),
      ),
    )
    .map((value) => value.replaceAll(/[\r\n]+/g, '').trim());
}

const MOST_FIELDS = 60;
const MOST_OCTETS = 8192;
