/**
 * The public fields of each event, as rules of alerts may name them: the catalogue of events is types alone, here it is a value. A field that is
 * new there does not compile until it stands here. Personal fields are none of these, so that no alert tells of a person.
 */
import type { EventCatalogue, EventType } from '#events';

/** texts: one of a list · words: by name, `results.spf` · other: nothing to compare with. */
export type FieldKind = 'text' | 'number' | 'flag' | 'texts' | 'words' | 'other';

type KindOf<V> = [V] extends [string]
  ? 'text'
  : [V] extends [number]
    ? 'number'
    : [V] extends [boolean]
      ? 'flag'
      : [V] extends [readonly string[]]
        ? 'texts'
        : [V] extends [Readonly<Record<string, string>>]
          ? 'words'
          : 'other';

type Public<T extends EventType> = EventCatalogue[T]['public'];

type Kinds = {
  readonly [T in EventType]: {
    readonly [K in keyof Public<T>]-?: KindOf<NonNullable<Public<T>[K]>>;
  };
};

const REFUSAL = { verb: 'text', code: 'number', enhanced: 'text', reason: 'text' } as const;
const OUTCOME = {
  site: 'text',
  stage: 'text',
  code: 'number',
  status: 'text',
  host: 'text',
  attempt: 'number',
} as const;
const KEYS = { domain: 'text', selectors: 'texts' } as const;
const PLAN = { site: 'text', source: 'text' } as const;
const NAMES = { names: 'texts' } as const;

export const EVENT_FIELDS = {
  'session.refused': { listener: 'text', reason: 'text' },
  'session.handshake-failed': { listener: 'text', reason: 'text' },
  'session.authenticated': { listener: 'text', mechanism: 'text', tls: 'text' },
  'session.authentication-failed': { listener: 'text', mechanism: 'text', reason: 'text' },
  'session.authentication-slowed': {
    listener: 'text',
    mechanism: 'text',
    per: 'text',
    seconds: 'number',
  },
  'address.banned': { reason: 'text', scope: 'text', until: 'text', times: 'number' },
  'address.unbanned': {},
  'account.limited': { limit: 'text', most: 'number', until: 'text' },
  'scanner.lost': { use: 'text', cause: 'text' },
  'scanner.back': { use: 'text', seconds: 'number', messages: 'number' },
  'certificate.issued': { ...NAMES, issuer: 'text', until: 'text', again: 'flag' },
  'certificate.failed': { ...NAMES, cause: 'text', failures: 'number', nextAt: 'text' },
  'certificate.expiring': { ...NAMES, until: 'text', days: 'number' },
  'certificate.revoked': { ...NAMES, reason: 'text' },
  'certificate.imported': { ...NAMES, issuer: 'text', until: 'text' },
  'app-password.made': { publicId: 'text', scope: 'texts' },
  'app-password.removed': { publicId: 'text' },
  'command.refused': REFUSAL,
  'message.received': {
    listener: 'text',
    size: 'number',
    tls: 'text',
    with: 'text',
    recipients: 'number',
  },
  'message.submitted': {
    channel: 'text',
    size: 'number',
    tls: 'text',
    with: 'text',
    recipients: 'number',
    releaseAt: 'text',
    wayOut: 'text',
  },
  'message.fixed': { added: 'texts', hidden: 'texts' },
  'message.signed': { signatures: 'other', milliseconds: 'number' },
  'message.unsigned': { reason: 'text', domain: 'text' },
  'message.refused': REFUSAL,
  'message.judged': {
    verdict: 'text',
    reasons: 'texts',
    also: 'texts',
    results: 'words',
    waited: 'number',
  },
  'message.filed': { class: 'text' },
  'message.learned': { class: 'text', result: 'text' },
  'recipient.judged': { verdict: 'text', reasons: 'texts' },
  'message.forwarded': { how: 'text', bounce: 'flag', forwardId: 'text' },
  'message.sealed': {
    domain: 'text',
    selector: 'text',
    instance: 'number',
    chain: 'text',
    milliseconds: 'number',
  },
  'message.unsealed': { domain: 'text', reason: 'text' },
  'recipient.expanded': { rule: 'text' },
  'recipient.queued': { site: 'text', stream: 'text', nextAt: 'text' },
  'recipient.stored': { mailbox: 'text', uid: 'text', role: 'text' },
  'attempt.routed': { site: 'text', steps: 'other' },
  'attempt.tls': {
    host: 'text',
    policy: 'text',
    policyDomain: 'text',
    mode: 'text',
    result: 'text',
    reason: 'text',
    delivers: 'flag',
    tls: 'text',
  },
  'attempt.delivered': OUTCOME,
  'attempt.deferred': { ...OUTCOME, nextAt: 'text' },
  'attempt.failed': OUTCOME,
  'attempt.abandoned': { reason: 'text' },
  'recipient.expired': { hours: 'number' },
  'recipient.suppressed': { reason: 'text', stream: 'text', until: 'text' },
  'recipient.bounced': {
    class: 'text',
    reason: 'text',
    status: 'text',
    code: 'number',
    form: 'text',
    bounceId: 'text',
  },
  'bounce.read': { result: 'text', of: 'text' },
  'address.suppressed': { reason: 'text', stream: 'text', until: 'text' },
  'address.unsuppressed': { reason: 'text', stream: 'text' },
  'recipient.unsubscribed': { stream: 'text', way: 'text' },
  'complaint.read': { result: 'text', feedbackType: 'text', by: 'text', of: 'text' },
  'complaint.received': {
    feedbackType: 'text',
    by: 'text',
    stream: 'text',
    site: 'text',
    reporter: 'text',
    reportId: 'text',
  },
  'notice.sent': { kind: 'text', noticeId: 'text' },
  'notice.withheld': { kind: 'text', reason: 'text' },
  'dkim.begun': { ...KEYS, by: 'text' },
  'dkim.switched': { ...KEYS, former: 'texts' },
  'dkim.revoked': KEYS,
  'dkim.aborted': KEYS,
  'dmarc.reported': {
    domain: 'text',
    reporter: 'text',
    verified: 'flag',
    messages: 'number',
    failed: 'number',
    own: 'number',
    ownFailed: 'number',
  },
  'warm-up.begun': { ...PLAN, size: 'number', target: 'number', by: 'text' },
  'warm-up.judged': {
    ...PLAN,
    day: 'number',
    planned: 'number',
    taken: 'number',
    delivered: 'number',
    deferred: 'number',
    judged: 'text',
    size: 'number',
    steps: 'other',
  },
  'warm-up.rested': { ...PLAN, day: 'number', until: 'text', bulkUntil: 'text' },
  'warm-up.halted': { ...PLAN, day: 'number', by: 'text' },
  'warm-up.resumed': { ...PLAN, day: 'number', size: 'number' },
  'warm-up.ended': { ...PLAN, day: 'number', by: 'text' },
  'queue.held': { by: 'text' },
  'queue.released': { by: 'text' },
  'queue.retried': { by: 'text' },
  'queue.removed': { by: 'text', silent: 'flag' },
  'alert.fired': {
    alert: 'text',
    severity: 'text',
    per: 'text',
    subject: 'text',
    counted: 'number',
    base: 'number',
    over: 'number',
    since: 'text',
  },
  'alert.resolved': {
    alert: 'text',
    severity: 'text',
    per: 'text',
    subject: 'text',
    seconds: 'number',
  },
} as const satisfies Kinds;

type WithClient = {
  [T in EventType]: 'client' extends keyof EventCatalogue[T]['personal'] ? T : never;
}[EventType];

/** Those that know who the client was: what is counted per network is told by the network alone. */
const WITH_CLIENT = {
  'session.refused': true,
  'session.handshake-failed': true,
  'session.authenticated': true,
  'session.authentication-failed': true,
  'session.authentication-slowed': true,
  'account.limited': true,
  'command.refused': true,
  'message.received': true,
  'message.submitted': true,
  'message.refused': true,
} as const satisfies Record<WithClient, true>;

export function knowsClient(type: string): boolean {
  return Object.hasOwn(WITH_CLIENT, type);
}

/** The fields of an event; undefined: there is no such event. */
export function fieldsOf(type: string): Readonly<Record<string, FieldKind>> | undefined {
  return Object.hasOwn(EVENT_FIELDS, type) ? EVENT_FIELDS[type as EventType] : undefined;
}

/** A rule that counts alerts would keep itself going. */
export const COUNTABLE_EVENTS: readonly string[] = Object.keys(EVENT_FIELDS)
  .filter((type) => !type.startsWith('alert.'))
  .toSorted();
