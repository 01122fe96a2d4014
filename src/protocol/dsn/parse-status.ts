/**
 * Reading the body of message/delivery-status (RFC 3464 §2) or message/global-delivery-status (RFC 6533 §5), as
 * other servers write it: unknown fields are passed over, comments dropped, a missing Action read from the
 * class of Status. Called for bounces that come in. Linear in the input, which is bounded.
 */
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { dateOf, present } from '#protocol/message/header/optional-values';
import { parseOriginalRecipient } from '#protocol/smtp/original-recipient';
import type { OriginalRecipient } from '#protocol/smtp/original-recipient';
import { ACTIONS } from './delivery-status.ts';
import type { Action, DeliveryStatus, RecipientStatus, TypedValue } from './delivery-status.ts';

export type ParsedDeliveryStatus =
  | {
      readonly kind: 'report';
      readonly report: DeliveryStatus;
      /** Groups of fields that named no recipient or no outcome. */
      readonly skipped: number;
    }
  | { readonly kind: 'error'; readonly reason: 'too-large' | 'no-reporting-mta' | 'no-recipient' };

/** A report on a thousand recipients has half of this. */
export const MAX_STATUS_OCTETS = 1_048_576;
const MAX_RECIPIENTS = 5_000;

/** @param body the part's content, already decoded from its transfer encoding */
export function parseDeliveryStatus(body: Uint8Array): ParsedDeliveryStatus {
  if (body.length > MAX_STATUS_OCTETS) return { kind: 'error', reason: 'too-large' };
  const [first, ...rest] = groupsOf(body);
  const reportingMta = typedValue(first?.('Reporting-MTA'));
  if (first === undefined || reportingMta === undefined) {
    return { kind: 'error', reason: 'no-reporting-mta' };
  }
  const recipients = rest.flatMap((group) => recipientOf(group) ?? []);
  if (recipients.length === 0) return { kind: 'error', reason: 'no-recipient' };
  const report: DeliveryStatus = {
    reportingMta,
    ...present('originalEnvelopeId', first('Original-Envelope-Id')),
    ...present('arrivalDate', dateOf(first('Arrival-Date'))),
    recipients,
  };
  return { kind: 'report', report, skipped: rest.length - recipients.length };
}

/** Looks a field of one group up by its name; the first counts. */
type Group = (name: string) => string | undefined;

/** Groups are set apart by empty lines (RFC 3464 §2.1); a line that is no field is passed over. */
function groupsOf(body: Uint8Array): Group[] {
  const groups: Group[] = [];
  let at = 0;
  while (at < body.length && groups.length <= MAX_RECIPIENTS) {
    const bytes = body.subarray(at);
    const header = splitHeader(bytes);
    if (header.fields.length > 0) {
      groups.push((name) => {
        const [field] = fieldsNamed(header, name);
        return field && fieldValue(bytes, field);
      });
    }
    const notField = header.defects.some((defect) => defect.offset === header.bodyStart);
    const lineEnd = notField ? bytes.indexOf(0x0a, header.bodyStart) : header.bodyStart - 1;
    if (lineEnd < 0) break;
    at += lineEnd + 1;
  }
  return groups;
}

function recipientOf(group: Group): RecipientStatus | undefined {
  const originalRecipient = addressOf(group('Original-Recipient'));
  const finalRecipient = addressOf(group('Final-Recipient')) ?? originalRecipient;
  const status = /^\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)/.exec(group('Status') ?? '')?.[1];
  const action = actionOf(group('Action')) ?? ACTION_OF_CLASS[status?.[0] ?? ''];
  if (finalRecipient === undefined || action === undefined) return undefined;
  return {
    ...present('originalRecipient', originalRecipient),
    finalRecipient,
    action,
    status: status ?? STATUS_OF_ACTION[action],
    ...present('remoteMta', typedValue(group('Remote-MTA'))),
    ...present('diagnosticCode', typedValue(group('Diagnostic-Code'))),
    ...present('lastAttempt', dateOf(group('Last-Attempt-Date'))),
    ...present('willRetryUntil', dateOf(group('Will-Retry-Until'))),
  };
}

const ACTION_OF_CLASS: Readonly<Record<string, Action>> = {
  '2': 'delivered',
  '4': 'delayed',
  '5': 'failed',
};

const STATUS_OF_ACTION: Readonly<Record<Action, string>> = {
  failed: '5.0.0',
  delayed: '4.0.0',
  delivered: '2.0.0',
  relayed: '2.0.0',
  expanded: '2.0.0',
};

function actionOf(value: string | undefined): Action | undefined {
  const word = /^\s*([A-Za-z]{1,20})/.exec(value ?? '')?.[1]?.toLowerCase();
  return ACTIONS.find((action) => action === word);
}

/** `type; value`; a value without its type is taken for the usual one, as some servers leave it out. */
function typedValue(value: string | undefined): TypedValue | undefined {
  if (value === undefined || value === '') return undefined;
  const match = /^([A-Za-z0-9-]{1,40})[ \t]*;/.exec(value);
  if (!match) return { type: 'x-unknown', value };
  return { type: match[1]!.toLowerCase(), value: value.slice(match[0].length).trim() };
}

function addressOf(value: string | undefined): OriginalRecipient | undefined {
  const typed = typedValue(value);
  if (typed === undefined || typed.value === '') return undefined;
  if (typed.type === 'utf-8') return parseOriginalRecipient(`utf-8;${typed.value}`);
  const address = typed.value.replace(/^<(.*)>$/, '$1');
  return { addressType: typed.type === 'x-unknown' ? 'rfc822' : typed.type, address };
}
