/**
 * The words of a notice to people, in every language. Short sentences to somebody who never heard of mail
 * servers: what happened, to whom, why, what happens next, what to do. Used by `human-part.ts` alone.
 */
import type { Action } from './delivery-status.ts';
import type { Language } from './language.ts';

export interface NoticeTexts {
  /** The Subject, from the original's subject where it had one. */
  readonly subject: (action: Action, original: string | undefined) => string;
  readonly greeting: (host: string) => string;
  readonly messageSubject: string;
  readonly messageDate: string;
  /** Above the recipients of one outcome. */
  readonly heading: Readonly<Record<Action, string>>;
  /** Below them: what happens next. */
  readonly next: Readonly<Record<Action, string>>;
  /** After `next` of delayed recipients. */
  readonly retryUntil: (date: string) => string;
  readonly reason: string;
  readonly answerOf: (server: string) => string;
  readonly answer: string;
  /** Above what happened when no server said it: a time-out, a lost connection. */
  readonly detail: string;
  readonly lastAttempt: string;
  readonly attempts: (count: number) => string;
  readonly whatToDo: string;
  readonly attached: Readonly<Record<'message' | 'header', string>>;
  /** The message was asked for whole, but only its header is attached. */
  readonly headerOnly: string;
}

const en: NoticeTexts = {
  subject: (action, original) =>
    `${EN_SUBJECTS[action]}${original === undefined ? '' : `: ${original}`}`,
  greeting: (host) => `This is the mail server ${host}, about a message that you sent.`,
  messageSubject: 'Subject',
  messageDate: 'Taken for delivery',
  heading: {
    failed: 'Your message COULD NOT BE DELIVERED to:',
    delayed: 'Your message HAS NOT YET BEEN DELIVERED to:',
    delivered: 'Your message was delivered to:',
    relayed: 'Your message was handed on for:',
    expanded: 'Your message was sent on to the addresses behind:',
  },
  next: {
    failed: 'No further attempt will be made. Recipients who are not named here are not affected.',
    delayed:
      'You need not do anything, and you need not send it again: attempts go on by themselves.',
    delivered: 'It is in the mailbox there. Whether it was read is not known.',
    relayed:
      'The next server took it, but does not report deliveries. You will hear of it again only if it fails there.',
    expanded: 'Deliveries to the addresses behind it are not reported one by one.',
  },
  retryUntil: (date) => `If the message cannot be delivered until ${date}, you will be told.`,
  reason: 'Why',
  answerOf: (server) => `What the server ${server} answered`,
  answer: 'What the server answered',
  detail: 'In detail',
  lastAttempt: 'Last attempt',
  attempts: (count) => (count === 1 ? 'after 1 attempt' : `after ${count} attempts`),
  whatToDo: 'What you can do',
  attached: {
    message: 'Attached are a report for programs and your message.',
    header: 'Attached are a report for programs and the header of your message.',
  },
  headerOnly: 'Its content is left out here; you have it in your own copy.',
};

const EN_SUBJECTS: Readonly<Record<Action, string>> = {
  failed: 'Not delivered',
  delayed: 'Delayed, still trying',
  delivered: 'Delivered',
  relayed: 'Handed on',
  expanded: 'Sent on',
};

const ja: NoticeTexts = {
  subject: (action, original) =>
    `${JA_SUBJECTS[action]}${original === undefined ? '' : `: ${original}`}`,
  greeting: (host) =>
    `メールサーバー ${host} から、あなたが送信したメッセージについてお知らせします。`,
  messageSubject: '件名',
  messageDate: '受付日時',
  heading: {
    failed: '次の宛先には、メッセージを【配信できませんでした】。',
    delayed: '次の宛先には、メッセージを【まだ配信できていません】。',
    delivered: '次の宛先に、メッセージを配信しました。',
    relayed: '次の宛先のメッセージを、次のサーバーに引き渡しました。',
    expanded: '次の宛先が指すアドレスに、メッセージを送りました。',
  },
  next: {
    failed: 'これ以上の再送は行いません。ここに記載のない宛先には影響ありません。',
    delayed: '再送は自動的に続きます。操作や送り直しの必要はありません。',
    delivered: 'メールボックスに届いています。読まれたかどうかは分かりません。',
    relayed:
      '引き渡し先のサーバーは配信の報告をしません。そこで失敗した場合にのみ、改めて通知が届きます。',
    expanded: '個々のアドレスへの配信は報告されません。',
  },
  retryUntil: (date) => `${date} までに配信できない場合は、改めてお知らせします。`,
  reason: '理由',
  answerOf: (server) => `サーバー ${server} の返答`,
  answer: 'サーバーの返答',
  detail: '詳細',
  lastAttempt: '最後の試行',
  attempts: (count) => `試行回数 ${count} 回`,
  whatToDo: '対処方法',
  attached: {
    message: 'プログラム用の報告と、元のメッセージを添付します。',
    header: 'プログラム用の報告と、元のメッセージのヘッダーを添付します。',
  },
  headerOnly: '本文は省略しました。お手元の控えをご覧ください。',
};

const JA_SUBJECTS: Readonly<Record<Action, string>> = {
  failed: '配信できませんでした',
  delayed: '配信が遅れています（再送中）',
  delivered: '配信しました',
  relayed: '引き渡しました',
  expanded: '転送しました',
};

export const NOTICE_TEXTS: Readonly<Record<Language, NoticeTexts>> = { en, ja };
