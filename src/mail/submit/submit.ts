/**
 * Submission (RFC 6409): may this principal send as this author, header fix-ups, DKIM signature, and one transaction that queues the
 * message with one row per recipient. Local recipients take the same queue: one path for retries, traces and notices.
 */
import { concat, utf8 } from '#bytes';
import { event, type Event, type EventIds } from '#events';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import { enqueue, type DestinationKey, type QueueRecipient } from '#store/queue/enqueue';
import { insertSubmission } from '#store/submissions';
import { protocolName, receivedField } from '#mail/deliver/trace-fields';
import { MAX_HOPS } from '#mail/receive/inquiry/checks/loop';
import { MAX_HEADER } from '#mail/receive/intake';
import type { DailyAllowance, Sending } from '#mail/abuse/daily-allowance';
import { bouncePath } from '#mail/bounces/bounce-path';
import { judgeAuthors } from './author.ts';
import { tlsRequiredOf } from '#mail/tls-policy/author-wish';
import { blobOrder, storeBlob, type NewBlob } from '#store/emails/blobs';
import { viewOf } from '#store/emails/emails';
import { writeDialogue } from '#store/events/dialogues';
import { writeEvents } from '#store/events/events';
import type { Writer } from '#store/writer/writer';
import { fixHeader, type HeaderFix } from './fix-header.ts';
import { signCopies, type SignCopiesContext, type SignedCopies } from './sign-copies.ts';
import { streamOf, type StreamChoice } from './stream.ts';
import type { Submission, SubmissionRefusal, Submitted } from './submission.ts';

export interface SubmitContext extends SignCopiesContext {
  readonly writer: Writer;
  readonly daily: Pick<DailyAllowance, 'refusal' | 'count' | 'reached'>;
  readonly random: (octets: number) => Uint8Array;
  readonly hostname: string;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
  readonly hideAuthorAddress: boolean;
  /** Bulk mail leaves under a reverse-path for each recipient. */
  readonly takesBounces: boolean;
  /** Called after the commit. */
  readonly queued: (
    message: { readonly id: string; readonly blob: NewBlob },
    destinations: readonly DestinationKey[],
    events: readonly Event[],
  ) => void;
}

/** @throws StoreUnavailable, DatabaseError: nothing is queued, the client keeps its message */
export async function submit(context: SubmitContext, submission: Submission): Promise<Submitted> {
  const { content, login, envelope } = submission;
  const refusal = formRefusal(submission);
  if (refusal) return { kind: 'refused', refusal };
  const sending = sendingOf(submission);
  const spent = await context.daily.refusal(sending);
  if (spent !== undefined) return { kind: 'refused', refusal: spent };
  const sendAs = await context.directory.sendAs(login.principalId);
  const authors = judgeAuthors(sendAs, content.head, content.header);
  if (authors.kind === 'refused') return authors;
  const author = authors.from[0] ?? envelope.reversePath ?? parseMailbox(login.name)!;
  const now = context.clock.now();
  const fix = fixHeader(content.header, {
    author,
    hostname: context.hostname,
    now,
    random: context.random,
  });
  const choice = streamOf(content);
  const whose = { domain: author.domain, choice };
  const copies = await signCopies(context, submission, await signable(submission, fix), whose, now);
  try {
    await store(context, submission, sending, { author, fix, copies, choice, now });
  } catch (error) {
    const reached = await context.daily.reached(error, sending);
    if (reached === undefined) throw error;
    return { kind: 'refused', refusal: reached };
  }
  return { kind: 'queued' };
}

function sendingOf({ login, client, recipients }: Submission): Sending {
  return {
    login,
    client: client.address,
    recipients: recipients.map(({ mailbox }) => formatMailbox(mailbox)),
  };
}

/** What makes the form of a message unfit to be sent on. */
function formRefusal({ content: { head, header } }: Submission): SubmissionRefusal | undefined {
  if (head.length >= MAX_HEADER) return { kind: 'header-too-long' };
  const broken = header.defects[0];
  if (broken && header.fields.length > 0) return { kind: 'broken-header', offset: broken.offset };
  return fieldsNamed(header, 'Received').length > MAX_HOPS ? { kind: 'too-many-hops' } : undefined;
}

/** The header that leaves, without what this passage puts before it, and the hash of the body. */
async function signable(
  { content }: Submission,
  fix: HeaderFix,
): Promise<{ header: Uint8Array; bodyHash: Uint8Array | undefined }> {
  const parts: Uint8Array[] = [utf8(fix.added)];
  let from = 0;
  for (let i = 0; i < fix.hidden.length; i += 2) {
    parts.push(content.head.subarray(from, fix.hidden[i]));
    from = fix.hidden[i + 1]!;
  }
  parts.push(content.head.subarray(from, content.header.bodyStart));
  return { header: concat(parts), bodyHash: content.bodyHash };
}

interface Prepared {
  readonly author: Mailbox;
  readonly fix: HeaderFix;
  readonly copies: SignedCopies;
  readonly choice: StreamChoice;
  readonly now: number;
}

async function store(
  context: SubmitContext,
  submission: Submission,
  sending: Sending,
  prepared: Prepared,
): Promise<void> {
  const { content, envelope, login, client, recipients } = submission;
  const { fix, copies, choice, now } = prepared;
  const { blob } = content;
  const releaseAt = envelope.releaseAt ?? now;
  const reversePath = envelope.reversePath && formatMailbox(envelope.reversePath);
  const prefix = concat([
    copies.signed.fields,
    utf8(receivedField(receivedFacts(context, submission, now)) + fix.added),
  ]);
  const events = submissionEvents(submission, prepared);
  const results = await context.writer.run({
    accounts: [],
    order: blobOrder(blob),
    bytes: blob.kind === 'whole' ? blob.size : content.head.length,
    statements: [
      storeBlob(blob, now),
      ...insertSubmission({
        messageId: envelope.messageId,
        tenantId: login.tenantId,
        accountId: login.accountId,
        principalId: login.principalId,
        credentialId: login.credentialId,
        channel: submission.channel,
        reversePath,
        envelope: {
          smtputf8: envelope.smtputf8,
          requireTls: envelope.requireTls,
          ret: envelope.ret,
          envid: envelope.envid,
        },
        recipients: recipients.map(({ id }, index) => ({
          id,
          forwardPath: sending.recipients[index]!,
        })),
        createdAt: now,
        releaseAt,
      }),
      writeEvents(events),
      writeDialogue(envelope.messageId, client.sessionId, now, submission.dialogue),
      context.daily.count(sending, now),
      ...enqueue({
        id: envelope.messageId,
        parentId: undefined,
        sessionId: client.sessionId,
        tenantId: login.tenantId,
        accountId: login.accountId,
        sha256: blob.sha256,
        view: viewOf(prefix, blob.size, fix.hidden),
        reversePath,
        ret: envelope.ret,
        envid: envelope.envid,
        smtputf8: envelope.smtputf8,
        eightBit: content.eightBit,
        notifyAuthor: true,
        tlsRequired: tlsRequiredOf(envelope, content),
        arrivedAt: now,
        expiresAt: releaseAt + context.queueLifetime,
        listId: choice.listId,
        recipients: await queueRecipients(context, submission, prepared, releaseAt),
      }),
    ],
  });
  const destinations = results.at(-1)!.rows as unknown as DestinationKey[];
  context.queued({ id: envelope.messageId, blob }, destinations, events);
}

function receivedFacts(
  context: SubmitContext,
  { client, envelope, recipients }: Submission,
  now: number,
) {
  return {
    client,
    hostname: context.hostname,
    messageId: envelope.messageId,
    smtputf8: envelope.smtputf8,
    authenticated: true,
    only: recipients.length === 1 ? recipients[0]!.mailbox : undefined,
    hideClient: context.hideAuthorAddress,
    now,
  };
}

/** Bulk mail queues apart, so that a newsletter never delays a reply, and says by its reverse-path who a bounce is about. */
function queueRecipients(
  { directory, takesBounces }: SubmitContext,
  { recipients, envelope: { messageId, reversePath } }: Submission,
  { choice: { stream }, copies: { prefixes } }: Prepared,
  nextAt: number,
): Promise<QueueRecipient[]> {
  return Promise.all(
    recipients.map(async ({ id, mailbox, orcpt, notify }) => {
      const isHere = await directory.isLocalDomain(mailbox.domain);
      return {
        id,
        forwardPath: formatMailbox(mailbox),
        domain: isHere ? '' : mailbox.domain,
        reversePath:
          stream === 'bulk' && takesBounces && !isHere
            ? await bouncePath(directory, reversePath, { messageId, recipientId: id })
            : undefined,
        orcpt,
        notify,
        stream,
        priority: 0,
        sourcePool: '',
        nextAt,
        prefix: prefixes.get(id),
      };
    }),
  );
}

function submissionEvents(submission: Submission, { fix, copies, now, author }: Prepared): Event[] {
  const { signed, prefixes, wayOut } = copies;
  const { client, envelope, login, content, recipients } = submission;
  const ids: EventIds = {
    sessionId: client.sessionId,
    messageId: envelope.messageId,
    accountId: login.accountId,
    credentialId: login.credentialId,
    tenantId: login.tenantId,
  };
  const given = fieldsNamed(content.header, 'Message-ID')[0];
  const events: Event[] = [
    event('message.submitted', now, ids, {
      public: {
        channel: submission.channel,
        size: content.blob.size,
        tls: client.tls?.version ?? null,
        with: protocolName({ client, smtputf8: envelope.smtputf8, authenticated: true }),
        recipients: recipients.length,
        releaseAt:
          envelope.releaseAt === undefined ? null : new Date(envelope.releaseAt).toISOString(),
        ...(wayOut !== undefined && { wayOut }),
      },
      personal: {
        client: client.address,
        ehlo: client.ehlo,
        reversePath: envelope.reversePath ? formatMailbox(envelope.reversePath) : '',
        login: login.name,
        messageIdField: given ? fieldValue(content.head, given) : (fix.addedMessageId ?? null),
      },
    }),
  ];
  const added = prefixes.size > 0 ? [...fix.addedNames, 'List-Unsubscribe'] : fix.addedNames;
  if (added.length + fix.hiddenNames.length > 0) {
    events.push(
      event('message.fixed', now, ids, {
        public: { added, hidden: fix.hiddenNames },
        personal: {},
      }),
    );
  }
  events.push(
    signed.kind === 'signed'
      ? event('message.signed', now, ids, {
          public: { signatures: signed.signatures, milliseconds: signed.milliseconds },
          personal: {},
        })
      : event('message.unsigned', now, ids, {
          public: { reason: signed.reason, domain: author.domain },
          personal: {},
        }),
  );
  return events;
}
