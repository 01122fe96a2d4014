/**
 * The event log's catalogue: every step in the life of a session, a message or an attempt is one event. Traces, statistics,
 * alerts and lessons are read from it. Each type says which of its fields are public and which are personal (they name a
 * person or an address, and are erased by retention and with the account). Nothing secret, no subject and no content is a field.
 * Events of a message are written in the transaction of the fact (`store/events/events.ts`); counters and log lines follow after it.
 */

/** Who the event is about. `messageId` is our own id of a message, not the Message-ID field. */
export interface EventIds {
  readonly sessionId?: string;
  readonly messageId?: string;
  readonly recipientId?: string;
  readonly attemptId?: string;
  readonly accountId?: string;
  readonly credentialId?: string;
  readonly tenantId?: string;
  /** The message that caused this one: of a notice what it is about, of a forward the original. */
  readonly parentId?: string;
}

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A step of a decision: what was looked at, what was found, and the rule. `key` names its text in the catalogue of texts. */
export interface EventStep {
  readonly key: string;
  readonly rfc?: string;
  readonly [field: string]: Json | undefined;
}

interface Refusal {
  public: { verb: string; code: number; enhanced: string | null; reason: string };
  personal: { client: string; reversePath?: string; forwardPath?: string };
}

interface RecipientOutcome {
  public: {
    site: string;
    stage: string;
    code: number | null;
    status: string;
    host: string | null;
    attempt: number;
  };
  personal: { forwardPath: string; reply: string };
}

export interface EventCatalogue {
  'session.refused': { public: { listener: string; reason: string }; personal: { client: string } };
  'session.handshake-failed': {
    public: { listener: string; reason: string };
    personal: { client: string };
  };
  'session.authenticated': {
    public: { listener: string; mechanism: string; tls: string | null };
    personal: { client: string; login: string };
  };
  'session.authentication-failed': {
    public: { listener: string; mechanism: string; reason: string };
    personal: { client: string; login: string };
  };
  'session.authentication-slowed': {
    public: { listener: string; mechanism: string; per: string; seconds: number };
    personal: { client: string; login: string };
  };
  'address.banned': {
    public: { reason: string; scope: string; until: string | null; times: number };
    personal: { network: string };
  };
  'address.unbanned': { public: Record<never, never>; personal: { network: string } };
  'account.limited': {
    public: {
      limit: 'messages' | 'new-recipients' | 'minute' | 'hour';
      most: number;
      until: string;
    };
    personal: { client: string; login: string };
  };
  'scanner.lost': {
    public: { use: 'check' | 'learn'; cause: string };
    personal: { text: string };
  };
  'scanner.back': {
    public: { use: 'check' | 'learn'; seconds: number; messages: number };
    personal: Record<never, never>;
  };
  'certificate.issued': {
    public: { names: readonly string[]; issuer: string; until: string; again: boolean };
    personal: Record<never, never>;
  };
  'certificate.failed': {
    public: {
      names: readonly string[];
      /** `FailureCause` of mail/certificates/order-steps.ts. */
      cause: string;
      /** In a row. */
      failures: number;
      nextAt: string;
    };
    personal: { text: string };
  };
  'certificate.expiring': {
    public: { names: readonly string[]; until: string; days: number };
    personal: Record<never, never>;
  };
  'certificate.revoked': {
    public: { names: readonly string[]; reason: string };
    personal: Record<never, never>;
  };
  'certificate.imported': {
    public: { names: readonly string[]; issuer: string; until: string };
    personal: Record<never, never>;
  };
  'app-password.made': {
    public: { publicId: string; scope: readonly string[] };
    personal: { login: string; name: string };
  };
  'app-password.removed': {
    public: { publicId: string };
    personal: { login: string; name: string };
  };
  'command.refused': Refusal;
  'message.received': {
    public: {
      listener: string;
      size: number;
      tls: string | null;
      with: string;
      recipients: number;
    };
    personal: { client: string; ehlo: string; reversePath: string; messageIdField: string | null };
  };
  'message.submitted': {
    public: {
      channel: string;
      size: number;
      tls: string | null;
      with: string;
      recipients: number;
      releaseAt: string | null;
      /** Of bulk mail: the way out of it that it leaves with. */
      wayOut?: 'one-click' | 'other' | 'none' | 'unsigned';
    };
    personal: {
      client: string;
      ehlo: string;
      reversePath: string;
      login: string;
      messageIdField: string | null;
    };
  };
  'message.fixed': {
    public: { added: readonly string[]; hidden: readonly string[] };
    personal: Record<never, never>;
  };
  'message.signed': {
    public: {
      signatures: readonly { domain: string; selector: string; algorithm: string }[];
      milliseconds: number;
    };
    personal: Record<never, never>;
  };
  'message.unsigned': {
    public: { reason: string; domain: string };
    personal: Record<never, never>;
  };
  'message.refused': Refusal;
  'message.judged': {
    public: {
      /** accept, junk, drop, mixed; or reject, temporary, greylist. */
      verdict: string;
      /** The findings that decided, and those that did not. */
      reasons: readonly string[];
      also: readonly string[];
      /** Of each check, in a word; `not-asked:…` and `unknown:…` with why. */
      results: Readonly<Record<string, string>>;
      /** Milliseconds from the final dot to the verdict. */
      waited: number;
    };
    personal: {
      /** Each that was made, with its steps. */
      checks: readonly Json[];
      /** What a reason is about, by reason. */
      subjects: Readonly<Record<string, string>>;
      /** The mailing list that DMARC kept out, for who moves the message out of Junk. */
      list?: string;
      /** Whom it was counted for, or against (docs/decisions/0027): `domain example.org`. */
      senders?: readonly string[];
    };
  };
  /** A reader moved it into Junk or out of it, which was counted for, or against, who sent it. */
  'message.filed': {
    public: { class: 'junk' | 'not-junk' };
    personal: { senders: readonly string[] };
  };
  'message.learned': {
    public: {
      class: 'spam' | 'ham';
      result: 'learned' | 'known' | 'refused' | 'lost';
    };
    personal: {
      /** Why not; may name the message by its Message-ID field. */
      text?: string;
    };
  };
  'recipient.judged': {
    public: { verdict: 'junk' | 'drop'; reasons: readonly string[] };
    personal: { forwardPath: string };
  };
  'message.forwarded': {
    public: {
      /** How the reverse-path was rewritten, or why it was not: `Sender` of mail/deliver/reverse-path.ts. */
      how: string;
      /** A notice of failure that goes back to the author of something forwarded. */
      bounce: boolean;
      /** The id under which it is in the queue. */
      forwardId: string;
    };
    personal: { forwardPath: string; targets: readonly string[]; reversePath: string };
  };
  'message.sealed': {
    public: {
      domain: string;
      selector: string;
      instance: number;
      chain: string;
      milliseconds: number;
    };
    personal: Record<never, never>;
  };
  'message.unsealed': {
    public: { domain: string; reason: string };
    personal: Record<never, never>;
  };
  'recipient.expanded': {
    public: { rule: string };
    personal: { forwardPath: string; targets: readonly string[] };
  };
  'recipient.queued': {
    public: { site: string; stream: string; nextAt: string };
    personal: { forwardPath: string };
  };
  'recipient.stored': {
    public: { mailbox: string; uid: string; role: string | null };
    personal: { forwardPath: string; account: string };
  };
  'attempt.routed': {
    public: { site: string | null; steps: readonly EventStep[] };
    personal: { domain: string };
  };
  /** How TLS with a host went by the policy that it is held to, or failed without one. */
  'attempt.tls': {
    public: {
      host: string;
      policy: 'tlsa' | 'sts' | 'no-policy-found';
      policyDomain: string;
      mode: 'enforce' | 'testing' | null;
      /** A result type of RFC 8460 §4.3; null: it went well. */
      result: string | null;
      reason: string | null;
      /** Whether mail goes there in spite of it. */
      delivers: boolean;
      tls: string | null;
    };
    personal: Record<never, never>;
  };
  'attempt.delivered': RecipientOutcome;
  'attempt.deferred': {
    public: RecipientOutcome['public'] & { nextAt: string };
    personal: RecipientOutcome['personal'];
  };
  'attempt.failed': RecipientOutcome;
  'attempt.abandoned': { public: { reason: string }; personal: Record<never, never> };
  'recipient.expired': { public: { hours: number }; personal: { forwardPath: string } };
  /** Bulk mail was not sent to it (docs/decisions/0035). */
  'recipient.suppressed': {
    public: { reason: string; stream: string; until: string | null };
    personal: { forwardPath: string };
  };
  /** Who had taken it tells that it did not arrive. */
  'recipient.bounced': {
    public: {
      class: 'hard' | 'soft' | 'ours';
      /** `BounceReason` of protocol/bounce. */
      reason: string;
      status: string | null;
      code: number | null;
      /** A machine-readable report, or prose. */
      form: 'report' | 'text';
      /** Of the notice. */
      bounceId: string;
    };
    personal: { forwardPath: string; reply: string };
  };
  /** A notice came to an address that names a message and a recipient. */
  'bounce.read': {
    public: {
      result:
        | 'failed'
        | 'no-failure'
        | 'complaint'
        | 'auto-reply'
        | 'unclear'
        | 'not-known'
        | 'again';
      /** The message it is about. */
      of: string;
    };
    personal: Record<never, never>;
  };
  /** Bulk mail is not sent there from now on. */
  'address.suppressed': {
    public: { reason: string; stream: string; until: string | null };
    personal: { address: string; detail: string };
  };
  'address.unsuppressed': {
    public: { reason: string; stream: string };
    personal: { address: string };
  };
  /** A reader left a list, or all bulk mail, by the way out that the message had (docs/decisions/0036). */
  'recipient.unsubscribed': {
    public: { stream: string; way: 'one-click' | 'mail' };
    personal: { forwardPath: string };
  };
  /** A feedback report (RFC 5965) came by mail. */
  'complaint.read': {
    public: {
      /** `ComplaintResult` of mail/complaints/take-complaint.ts. */
      result: string;
      feedbackType: string | null;
      /** By what the message was recognized that it is about, and which. */
      by: string | null;
      of: string | null;
    };
    personal: Record<never, never>;
  };
  /** A reader of the message complained about it. */
  'complaint.received': {
    public: {
      feedbackType: string;
      by: string;
      stream: string;
      site: string;
      /** The domain that vouched for the report. */
      reporter: string | null;
      reportId: string;
    };
    personal: { forwardPath: string };
  };
  'notice.sent': {
    public: { kind: 'failure' | 'delay' | 'success' | 'relayed'; noticeId: string };
    personal: { to: string; recipients: readonly string[] };
  };
  'notice.withheld': {
    public: { kind: string; reason: string };
    personal: { recipients: readonly string[] };
  };
  'dkim.begun': {
    public: { domain: string; selectors: readonly string[]; by: 'hand' | 'schedule' };
    personal: Record<never, never>;
  };
  'dkim.switched': {
    public: { domain: string; selectors: readonly string[]; former: readonly string[] };
    personal: Record<never, never>;
  };
  'dkim.revoked': {
    public: { domain: string; selectors: readonly string[] };
    personal: Record<never, never>;
  };
  'dkim.aborted': {
    public: { domain: string; selectors: readonly string[] };
    personal: Record<never, never>;
  };
  /** Somebody reported on mail in the name of a domain here (RFC 9990). */
  'dmarc.reported': {
    public: {
      domain: string;
      /** Who vouches for the report; '' where nobody does. */
      reporter: string;
      verified: boolean;
      messages: number;
      failed: number;
      /** Of these what came from this server, by its own records. */
      own: number;
      ownFailed: number;
    };
    personal: Record<never, never>;
  };
  /** A source begins to be warmed up for a site. The source is '' where the system chooses it. */
  'warm-up.begun': {
    public: {
      site: string;
      source: string;
      size: number;
      target: number;
      by: 'operator' | 'source';
    };
    personal: Record<never, never>;
  };
  /** A day of a plan is over; `size` is that of the next. */
  'warm-up.judged': {
    public: {
      site: string;
      source: string;
      day: number;
      planned: number;
      taken: number;
      delivered: number;
      deferred: number;
      judged: 'grown' | 'held' | 'halved' | 'finished';
      size: number;
      steps: readonly EventStep[];
    };
    personal: Record<never, never>;
  };
  /** The site asked for less. */
  'warm-up.rested': {
    public: { site: string; source: string; day: number; until: string; bulkUntil: string };
    personal: Record<never, never>;
  };
  /** Nothing goes until a person starts it again. */
  'warm-up.halted': {
    public: { site: string; source: string; day: number; by: 'site' | 'operator' };
    personal: Record<never, never>;
  };
  'warm-up.resumed': {
    public: { site: string; source: string; day: number; size: number };
    personal: Record<never, never>;
  };
  'warm-up.ended': {
    public: { site: string; source: string; day: number; by: 'target' | 'operator' };
    personal: Record<never, never>;
  };
  /** What a rule counts went beyond its limit (docs/decisions/0045). Of an account `accountId` says which. */
  'alert.fired': {
    public: {
      alert: string;
      severity: string;
      per: string;
      /** A site or a domain. */
      subject: string | null;
      counted: number;
      /** Of how many. */
      base: number | null;
      /** Seconds of the window. */
      over: number;
      since: string;
    };
    personal: { network?: string };
  };
  'alert.resolved': {
    public: {
      alert: string;
      severity: string;
      per: string;
      subject: string | null;
      /** That it was on. */
      seconds: number;
    };
    personal: { network?: string };
  };
  'queue.held': { public: { by: string }; personal: Record<never, never> };
  'queue.released': { public: { by: string }; personal: Record<never, never> };
  'queue.retried': { public: { by: string }; personal: Record<never, never> };
  'queue.removed': { public: { by: string; silent: boolean }; personal: { forwardPath: string } };
}

export type EventType = keyof EventCatalogue;

export interface Event<T extends EventType = EventType> {
  readonly type: T;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly ids: EventIds;
  readonly public: EventCatalogue[T]['public'];
  readonly personal: EventCatalogue[T]['personal'];
}

/** The one way to make an event; the type of its fields follows from its name. */
export function event<T extends EventType>(
  type: T,
  at: number,
  ids: EventIds,
  fields: EventCatalogue[T],
): Event<T> {
  return { type, at, ids, public: fields.public, personal: fields.personal };
}
