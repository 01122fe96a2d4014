/**
 * Which notice an author is owed (RFC 3461 §5.2): from what he asked for with NOTIFY and what happened. Pure.
 * Called by mail/queue when an attempt is concluded. The rule that decided comes with the decision, so that the
 * story of a message can say why a notice was sent or was not.
 */
import type { NotifyCondition } from '#protocol/smtp/parameters';
import type { Action } from './delivery-status.ts';
import type { Language } from './language.ts';

/** What happened to a message for one recipient. */
export type DeliveryEvent =
  | { readonly kind: 'failed' }
  | {
      readonly kind: 'delayed';
      /** A notice of the delay went out before. */
      readonly saidBefore: boolean;
    }
  /** Put into a mailbox, or handed to something that is no mail server. */
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'relayed';
      /** The peer offers DSN and was given NOTIFY: the duty is now its own. */
      readonly peerOffersDsn: boolean;
    }
  /** Sent on to several addresses under the author's own reverse-path, as an alias does. */
  | { readonly kind: 'expanded' };

export interface NoticeQuestion {
  readonly event: DeliveryEvent;
  /** NOTIFY of this recipient: empty for NEVER, undefined where none was given. */
  readonly notify: readonly NotifyCondition[] | undefined;
  /** The message was sent with `MAIL FROM:<>`. */
  readonly nullReversePath: boolean;
  /** The reverse-path is that of an account of ours, or passed SPF: a notice reaches who really sent. */
  readonly reversePathVerified: boolean;
}

export interface NoticeDecision {
  /** The Action of the notice that is due, undefined for none. */
  readonly due: Action | undefined;
  readonly rule: NoticeRule;
}

/** For each rule: where it stands and how to say it. */
export const NOTICE_RULES = {
  'null-reverse-path': {
    rfc: 'RFC 5321 §6.1',
    words: {
      en: 'The message is itself a notice or has no return address; nobody is notified of a notice.',
      ja: 'このメッセージ自体が通知であるか、返信先がないため、通知は送られません。',
    },
  },
  'unverified-reverse-path': {
    rfc: 'RFC 5321 §6.2',
    words: {
      en: 'The return address may be forged; a notice could reach somebody who sent nothing.',
      ja: '差出人アドレスが偽装されている可能性があり、無関係の人に届くおそれがあるため、通知は送られません。',
    },
  },
  never: {
    rfc: 'RFC 3461 §4.1',
    words: {
      en: 'The sender asked for no notice at all (NOTIFY=NEVER).',
      ja: '送信者が通知を一切求めていません（NOTIFY=NEVER）。',
    },
  },
  asked: {
    rfc: 'RFC 3461 §4.1',
    words: {
      en: 'The sender asked for this notice (NOTIFY).',
      ja: '送信者がこの通知を求めました（NOTIFY）。',
    },
  },
  'not-asked': {
    rfc: 'RFC 3461 §4.1',
    words: {
      en: 'The sender did not ask for a notice of this kind.',
      ja: '送信者はこの種類の通知を求めていません。',
    },
  },
  'by-default': {
    rfc: 'RFC 3461 §4.1',
    words: {
      en: 'Without NOTIFY, the sender is told of failures and of long delays.',
      ja: 'NOTIFY の指定がないときは、失敗と長い遅延が送信者に通知されます。',
    },
  },
  'said-before': {
    rfc: 'RFC 3461 §5.2.5',
    words: {
      en: 'The sender was told of the delay before.',
      ja: '遅延はすでに送信者に通知されています。',
    },
  },
  'peer-notifies': {
    rfc: 'RFC 3461 §5.2.1',
    words: {
      en: 'The next server knows what the sender asked for and will notify.',
      ja: '次のサーバーが送信者の希望を引き継ぎ、通知します。',
    },
  },
} as const satisfies Record<string, { rfc: string; words: Record<Language, string> }>;

export type NoticeRule = keyof typeof NOTICE_RULES;

const CONDITION_OF = {
  failed: 'FAILURE',
  delayed: 'DELAY',
  delivered: 'SUCCESS',
  relayed: 'SUCCESS',
  expanded: 'SUCCESS',
} as const satisfies Record<DeliveryEvent['kind'], NotifyCondition>;

/** RFC 3461 §4.1: what is said when nothing was asked; a delay may be, and here it is. */
const DEFAULT_CONDITIONS: readonly NotifyCondition[] = ['FAILURE', 'DELAY'];

export function dueNotice(question: NoticeQuestion): NoticeDecision {
  const { event, notify } = question;
  if (question.nullReversePath) return none('null-reverse-path');
  if (!question.reversePathVerified) return none('unverified-reverse-path');
  if (notify?.length === 0) return none('never');
  const wanted = notify ?? DEFAULT_CONDITIONS;
  if (!wanted.includes(CONDITION_OF[event.kind])) return none('not-asked');
  if (event.kind === 'delayed' && event.saidBefore) return none('said-before');
  if (event.kind === 'relayed' && event.peerOffersDsn) return none('peer-notifies');
  return { due: event.kind, rule: notify === undefined ? 'by-default' : 'asked' };
}

function none(rule: NoticeRule): NoticeDecision {
  return { due: undefined, rule };
}
