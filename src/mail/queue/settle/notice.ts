/**
 * Notices to authors (RFC 3461, RFC 3464): which recipients of an attempt one is due for, and the message, queued in the transaction
 * that concludes them. One notice for a message and attempt. Never about a message with a null reverse-path, and never to a
 * reverse-path that may be forged: what failed of such mail is told to the postmaster of the address here that it came through.
 */
import { hex } from '#bytes';
import { event, type Event } from '#events';
import type { QueueOptions } from '#mail/queue/options';
import type { Mailbox } from '#protocol/address/mailbox';
import { formatMailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { Action } from '#protocol/dsn/delivery-status';
import { composeNotice, finalRecipientOf } from '#protocol/dsn/compose';
import type { NoticeRecipient } from '#protocol/dsn/human-part';
import { returnsBody, type OriginalContent } from '#protocol/dsn/original-part';
import { dueNotice, type DeliveryEvent, type NoticeRule } from '#protocol/dsn/rules';
import { splitHeader } from '#protocol/message/header/fields';
import { parseOriginalRecipient } from '#protocol/smtp/original-recipient';
import { decodeXtext } from '#protocol/smtp/xtext';
import { storeBlob, wholeBlob } from '#store/emails/blobs';
import { viewOf } from '#store/emails/emails';
import type { Store } from '#store/database/open';
import type { ClaimedMessage, ClaimedRecipient } from '#store/queue/claim';
import { enqueue } from '#store/queue/enqueue';
import type { Statement } from '#store/writer/writer';
import { noticeSender, signNotice } from './notice-sender.ts';
import type { Result } from './result.ts';
import type { ScheduleOptions } from './schedule.ts';

/** What a result means to the author: `failed` for what expired too. */
export type Fate = 'delivered' | 'relayed' | 'expanded' | 'delayed' | 'failed';

export interface NoticeCandidate {
  readonly result: Result;
  readonly fate: Fate;
}

/** What is due for an attempt; `told` is in `about` of one of its parts. */
export interface Notices {
  readonly toAuthor: readonly NoticeCandidate[];
  readonly toPostmaster: readonly NoticeCandidate[];
  /** What nobody hears of though it failed, by rule. */
  readonly withheld: ReadonlyMap<NoticeRule, readonly NoticeCandidate[]>;
}

/** Sorts candidates by who is to hear of them. Pure. */
export function dueNotices(
  message: Pick<NoticedMessage, 'reversePath' | 'notifyAuthor'>,
  candidates: readonly NoticeCandidate[],
): Notices {
  const toAuthor: NoticeCandidate[] = [];
  const toPostmaster: NoticeCandidate[] = [];
  const withheld = new Map<NoticeRule, NoticeCandidate[]>();
  for (const candidate of candidates) {
    const { recipient } = candidate.result;
    const { due, rule } = dueNotice({
      event: eventOf(candidate),
      notify: conditions(recipient),
      nullReversePath: message.reversePath === null,
      reversePathVerified: message.notifyAuthor,
    });
    if (due !== undefined) toAuthor.push(candidate);
    else if (candidate.fate === 'failed') {
      withheld.set(rule, [...(withheld.get(rule) ?? []), candidate]);
      if (rule === 'unverified-reverse-path') toPostmaster.push(candidate);
    }
  }
  return { toAuthor, toPostmaster, withheld };
}

function eventOf({ result, fate }: NoticeCandidate): DeliveryEvent {
  if (fate === 'relayed') return { kind: fate, peerOffersDsn: result.peerNotifies };
  if (fate === 'delayed') return { kind: fate, saidBefore: result.recipient.delayNotified };
  return { kind: fate };
}

function conditions({ notify }: ClaimedRecipient) {
  if (notify === null) return undefined;
  return notify === 'NEVER' ? [] : (notify.split(',') as ('SUCCESS' | 'FAILURE' | 'DELAY')[]);
}

/** Statements that queue a notice, with the events that tell of it. */
export interface QueuedNotice {
  readonly statements: readonly Statement[];
  readonly events: readonly Event[];
  readonly bytes: number;
}

/** What of a queue's own options notices need. */
export interface NoticeOptions extends Pick<
  QueueOptions,
  'directory' | 'hostname' | 'languages' | 'log' | 'randomBytes'
> {
  readonly store: Pick<Store, 'clock' | 'newId'>;
  readonly schedule: Pick<ScheduleOptions, 'lifetime'>;
}

/** The message that a notice is about, in the queue or on its way into a mailbox. */
export type NoticedMessage = Pick<
  ClaimedMessage,
  | 'id'
  | 'tenantId'
  | 'accountId'
  | 'size'
  | 'reversePath'
  | 'ret'
  | 'envid'
  | 'smtputf8'
  | 'eightBit'
  | 'notifyAuthor'
  | 'tlsRequired'
  | 'arrivedAt'
  | 'expiresAt'
>;

export interface NoticeContext {
  readonly options: NoticeOptions;
  readonly message: NoticedMessage;
  /** Its first octets, with the header; all of it where it is small. */
  readonly head: () => Uint8Array | Promise<Uint8Array>;
  /** Undefined where no attempt was made: an operator ended it, or it waits without one. */
  readonly attemptId: string | undefined;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** The notices of an attempt as statements and events. */
export async function queueNotices(
  context: NoticeContext,
  notices: Notices,
): Promise<QueuedNotice> {
  const { message } = context;
  const parts: QueuedNotice[] = [];
  const author = message.reversePath === null ? undefined : parseMailbox(message.reversePath);
  if (author && notices.toAuthor.length > 0) {
    parts.push(await queueNotice(context, author, notices.toAuthor));
  }
  for (const [domain, candidates] of await byAliasDomain(context, notices.toPostmaster)) {
    parts.push(await queueNotice(context, { localPart: 'postmaster', domain }, candidates));
  }
  const events = [...notices.withheld].map(([rule, candidates]) =>
    event('notice.withheld', context.now, idsOf(context), {
      public: { kind: 'failure', reason: rule },
      personal: { recipients: candidates.map(({ result }) => result.recipient.forwardPath) },
    }),
  );
  return {
    statements: parts.flatMap(({ statements }) => statements),
    events: [...parts.flatMap((part) => part.events), ...events],
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** By the domain of the alias here that mail came through: in the reverse-path that was rewritten for it, or in ORCPT. */
async function byAliasDomain(
  { options: { directory } }: NoticeContext,
  candidates: readonly NoticeCandidate[],
): Promise<Map<string, NoticeCandidate[]>> {
  const byDomain = new Map<string, NoticeCandidate[]>();
  for (const candidate of candidates) {
    const { orcpt, reversePath } = candidate.result.recipient;
    const original = orcpt === null ? undefined : parseOriginalRecipient(orcpt)?.address;
    for (const address of [reversePath, original]) {
      const domain = typeof address === 'string' ? parseMailbox(address)?.domain : undefined;
      if (domain === undefined || !(await directory.isLocalDomain(domain))) continue;
      byDomain.set(domain, [...(byDomain.get(domain) ?? []), candidate]);
      break;
    }
  }
  return byDomain;
}

async function queueNotice(
  context: NoticeContext,
  to: Mailbox,
  candidates: readonly NoticeCandidate[],
): Promise<QueuedNotice> {
  const { options, message, now } = context;
  const { store, hostname, schedule } = options;
  const id = store.newId();
  const local = await options.directory.isLocalDomain(to.domain);
  const transport = message.smtputf8 ? 'smtputf8' : message.eightBit || local ? '8bit' : '7bit';
  const envid = message.envid === null ? undefined : decodeXtext(message.envid);
  const sender = await noticeSender(options.directory, hostname, to);
  const {
    message: bytes,
    eightBit,
    smtputf8,
  } = composeNotice({
    host: hostname,
    sender,
    author: to,
    recipients: candidates.map((candidate) => noticeRecipient(context, candidate)),
    arrivalDate: message.arrivedAt,
    envid,
    ret: returnOf(message),
    original: await originalOf(context, candidates),
    languages: options.languages,
    transport,
    messageId: `${id}@${hostname}`,
    date: now,
    boundary: hex(options.randomBytes(16)),
  });
  const signed = await signNotice(options, { id, bytes, sender }, message, now);
  const blob = wholeBlob(bytes);
  const forwardPath = formatMailbox(to);
  const statements = [
    storeBlob(blob, now),
    ...enqueue({
      id,
      parentId: message.id,
      sessionId: undefined,
      tenantId: message.tenantId,
      accountId: undefined,
      sha256: blob.sha256,
      view: viewOf(signed.fields, blob.size, []),
      reversePath: null,
      ret: undefined,
      envid: undefined,
      smtputf8,
      eightBit,
      notifyAuthor: false,
      // RFC 8689 §5: what is told of such mail is protected like it
      tlsRequired: message.tlsRequired === 'yes' ? 'yes' : undefined,
      arrivedAt: now,
      expiresAt: now + schedule.lifetime,
      recipients: [
        {
          id: 1,
          forwardPath,
          domain: local ? '' : to.domain,
          reversePath: undefined,
          orcpt: undefined,
          // RFC 3461 §6.1: nobody is told of a notice
          notify: 'NEVER',
          stream: 'dsn',
          priority: 0,
          sourcePool: '',
          nextAt: now,
        },
      ],
    }),
  ];
  const sent = event('notice.sent', now, idsOf(context), {
    public: { kind: kindOf(candidates), noticeId: id },
    personal: {
      to: forwardPath,
      recipients: candidates.map(({ result }) => result.recipient.forwardPath),
    },
  });
  return { statements, events: [sent, signed.event], bytes: bytes.length };
}

function idsOf({ message, attemptId }: NoticeContext) {
  return {
    messageId: message.id,
    tenantId: message.tenantId,
    ...(attemptId !== undefined && { attemptId }),
    ...(message.accountId !== null && { accountId: message.accountId }),
  };
}

const ACTION_OF = {
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
  delayed: 'delayed',
  failed: 'failed',
} as const satisfies Record<Fate, Action>;

function noticeRecipient(
  { message, attemptId, now }: NoticeContext,
  { result, fate }: NoticeCandidate,
): NoticeRecipient {
  const { recipient, host, status, text, code } = result;
  const original = recipient.orcpt === null ? undefined : parseOriginalRecipient(recipient.orcpt);
  const final = parseMailbox(recipient.forwardPath);
  return {
    ...(original && { originalRecipient: original }),
    finalRecipient: final
      ? finalRecipientOf(final)
      : { addressType: 'rfc822', address: recipient.forwardPath },
    action: ACTION_OF[fate],
    status,
    ...(host !== undefined && { remoteMta: { type: 'dns', value: host } }),
    diagnosticCode: { type: code === undefined ? 'x-hikyaku' : 'smtp', value: text },
    ...(attemptId !== undefined && { lastAttempt: now, attempts: recipient.attempts + 1 }),
    // what is held waits for a person
    ...(fate === 'delayed' && result.kind !== 'held' && { willRetryUntil: message.expiresAt }),
  };
}

/** RFC 8689 §5: of a message that asks for TLS on the whole way only the header goes back. */
function returnOf({ ret, tlsRequired }: NoticedMessage): 'FULL' | 'HDRS' | undefined {
  return tlsRequired === 'yes' ? 'HDRS' : (ret ?? undefined);
}

/** A notice says one kind in its event: the worst. */
function kindOf(
  candidates: readonly NoticeCandidate[],
): 'failure' | 'delay' | 'success' | 'relayed' {
  const fates = new Set(candidates.map(({ fate }) => fate));
  if (fates.has('failed')) return 'failure';
  if (fates.has('delayed')) return 'delay';
  return fates.has('delivered') || fates.has('expanded') ? 'success' : 'relayed';
}

async function originalOf(
  { message, head: read }: NoticeContext,
  candidates: readonly NoticeCandidate[],
): Promise<OriginalContent> {
  const head = await read();
  const { bodyStart } = splitHeader(head);
  const actions = candidates.map(({ fate }) => ACTION_OF[fate]);
  const whole =
    head.length === message.size && returnsBody(returnOf(message), actions, message.size);
  return {
    header: head.subarray(0, bodyStart),
    body: whole ? [head.subarray(bodyStart)] : undefined,
  };
}
