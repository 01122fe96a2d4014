/** What `hikyaku lab why` says beside the rules themselves. */
import { EXAM_TEXT } from '#lab/providers/rules/exam-text';
import type { Language } from '#protocol/dsn/language';

interface Texts {
  readonly exam: string;
  readonly caveat: string;
  /** Before the address of the same in a browser. */
  readonly page: string;
  /** Before ids. */
  readonly others: string;
}

export const LAB_PROVIDER_TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    page: 'As a page: ',
    others: 'The same message was judged before, or elsewhere: ',
    exam: EXAM_TEXT.en,
    caveat:
      'These are the rules of the practice Internet. Real providers have more of them, and do not tell: passing here promises no inbox.',
  },
  ja: {
    page: 'ブラウザーで見る：',
    others: '同じメッセージに対するほかの判定：',
    exam: EXAM_TEXT.ja,
    caveat:
      'これは練習用インターネットの規則です。実際のプロバイダーにはもっと多くの、公開されていない規則があります。ここで合格しても受信箱に届く保証にはなりません。',
  },
};
