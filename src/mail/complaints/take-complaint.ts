/**
 * Takes in a feedback report (RFC 5965) that came by mail: finds out what it is about, counts the complaint once, and suppresses its reader for bulk
 * mail, all in the transaction that accepts the mail. Anybody can write such a mail: what does not prove that its writer had our message
 * changes nothing (docs/decisions/0036). Called by mail/receive/arrival/own-mail.ts.
 */
import { event, type Event } from '#events';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { parseMessageIds } from '#protocol/message/header/message-id';
import { findFeedback, type FoundFeedback } from '#protocol/arf/find-feedback';
import {
  countComplaint,
  isCounted,
  sentCopy,
  sentMessageIdField,
  sentRecipients,
  type Complaint,
} from '#store/complaints';
import { readBlob, type NewBlob } from '#store/emails/blobs';
import type { Queryable } from '#store/query/queryable';
import { ALL_BULK, suppressStatement } from '#store/suppression';
import type { Statement } from '#store/writer/writer';
import { recognize, type Recognized, type Recognizing } from './recognize.ts';

export interface ReportMail {
  readonly sessionId: string;
  /** Of the report. */
  readonly messageId: string;
  readonly blob: NewBlob;
  /** The domains that SPF or a signature vouches by, the surest first. */
  readonly vouching: readonly string[];
}

export interface TakenComplaint {
  readonly statements: readonly Statement[];
  readonly events: readonly Event[];
  /** It did what it came for: nobody has to read it. */
  readonly isUnderstood: boolean;
}

/** What a report came to. */
export type ComplaintResult =
  | 'counted'
  | 'again'
  /** It tells of something else: of a failed check, or that a message is no spam. */
  | 'no-complaint'
  /** Nothing in it leads to a message of ours. */
  | 'not-known'
  /** It names one, and nothing shows that its writer had it. */
  | 'not-proven'
  | 'broken';

/** What readers do not want; other types of the registry tell of other things. */
const COMPLAINTS: ReadonlySet<string> = new Set([
  'abuse',
  'fraud',
  'virus',
  'opt-out',
  'opt-out-list',
]);
/** The report and the header that it gives back stand before the body: the beginning of a large one is enough. */
const MAX_REPORT = 512 * 1024;

const NOTHING: TakenComplaint = { statements: [], events: [], isUnderstood: false };

export async function takeComplaint(
  db: Queryable,
  mail: ReportMail,
  recognizing: Recognizing,
  now: number,
): Promise<TakenComplaint> {
  const found = findFeedback(await beginningOf(db, mail.blob));
  if (found.kind === 'none') return NOTHING;
  if (found.kind === 'broken') return told(mail, { result: 'broken' }, now);
  const { feedbackType } = found.report;
  if (!COMPLAINTS.has(feedbackType))
    return told(mail, { result: 'no-complaint', feedbackType }, now);
  const recognized = recognize(found.report, found.original, recognizing);
  if (recognized === undefined) return told(mail, { result: 'not-known', feedbackType }, now);
  const { by, messageId: of } = recognized;
  const complaint = await complaintOf(db, mail, found, recognized);
  if (typeof complaint === 'string')
    return told(mail, { result: complaint, feedbackType, by, of }, now);
  if (await isCounted(db, complaint))
    return told(mail, { result: 'again', feedbackType, by, of }, now);
  const { events } = told(mail, { result: 'counted', feedbackType, by, of }, now);
  return {
    statements: [
      countComplaint(complaint, now),
      suppressStatement({
        tenantId: complaint.tenantId,
        stream: ALL_BULK,
        address: complaint.address,
        reason: 'complaint',
        detail: detailOf(complaint),
        at: now,
        until: undefined,
        messageId: complaint.messageId,
      }),
    ],
    events: [...events, ...complaintEvents(complaint, mail.messageId, now)],
    isUnderstood: true,
  };
}

async function complaintOf(
  db: Queryable,
  { vouching }: ReportMail,
  { report }: FoundFeedback & { kind: 'report' },
  recognized: Recognized,
): Promise<Complaint | 'not-known' | 'not-proven'> {
  const { by, messageId } = recognized;
  // RFC 5965 §8.2: what is no secret of the recipient counts only from somebody who can be named
  if (by === 'received' && vouching.length === 0) return 'not-proven';
  const recipientId =
    by === 'received' ? await recipientAmong(db, recognized) : recognized.recipientId;
  if (recipientId === undefined) return 'not-proven';
  const sent = await sentCopy(db, messageId, recipientId);
  if (sent === undefined && by !== 'token') return 'not-known';
  const known = sent ?? (recognized as Recognized & { by: 'token' });
  return {
    tenantId: known.tenantId,
    messageId,
    recipientId,
    feedbackType: report.feedbackType,
    stream: sent?.stream ?? ALL_BULK,
    site: sent?.site ?? '',
    address: known.address,
    reporter: vouching[0] ?? '',
    agent: report.userAgent ?? '',
    matchedBy: by,
  };
}

/** The one whom the report names, or the only one there is, of a message whose Message-ID it knows. */
async function recipientAmong(
  db: Queryable,
  { messageId, identifiers, named }: Recognized & { by: 'received' },
): Promise<number | undefined> {
  const field = await sentMessageIdField(db, messageId);
  const [identifier] = parseMessageIds(field ?? '');
  if (identifier === undefined || !identifiers.has(identifier)) return undefined;
  const recipients = await sentRecipients(db, messageId);
  if (recipients.length === 1) return recipients[0]!.recipientId;
  return recipients.find(({ address }) => {
    const mailbox = parseMailbox(address);
    return mailbox !== undefined && named.has(mailboxKey(mailbox));
  })?.recipientId;
}

function told(
  { sessionId, messageId }: ReportMail,
  {
    result,
    feedbackType,
    by,
    of,
  }: {
    readonly result: ComplaintResult;
    readonly feedbackType?: string;
    readonly by?: Recognized['by'];
    readonly of?: string;
  },
  now: number,
): TakenComplaint {
  const read = event(
    'complaint.read',
    now,
    { sessionId, messageId },
    {
      public: { result, feedbackType: feedbackType ?? null, by: by ?? null, of: of ?? null },
      personal: {},
    },
  );
  return { statements: [], events: [read], isUnderstood: result === 'again' };
}

function complaintEvents(complaint: Complaint, reportId: string, now: number): Event[] {
  const { tenantId, messageId, recipientId, feedbackType, stream, site, address } = complaint;
  const ids = { messageId, recipientId: String(recipientId), tenantId };
  return [
    event('complaint.received', now, ids, {
      public: {
        feedbackType,
        by: complaint.matchedBy,
        stream,
        site,
        reporter: complaint.reporter || null,
        reportId,
      },
      personal: { forwardPath: address },
    }),
    event('address.suppressed', now, ids, {
      public: { reason: 'complaint', stream: ALL_BULK, until: null },
      personal: { address, detail: detailOf(complaint) },
    }),
  ];
}

function detailOf({ feedbackType, reporter, agent }: Complaint): string {
  return [feedbackType, reporter, agent].filter((part) => part !== '').join(', ');
}

async function beginningOf(db: Queryable, blob: NewBlob): Promise<Uint8Array> {
  if (blob.kind === 'whole') return blob.data.subarray(0, MAX_REPORT);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readBlob(db, blob.uploadId)) {
    pieces.push(chunk);
    size += chunk.length;
    if (size >= MAX_REPORT) break;
  }
  return Buffer.concat(pieces).subarray(0, MAX_REPORT);
}
