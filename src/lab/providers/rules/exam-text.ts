/** What is said where an exam hides the rules; on the command line and on the pages. */
import type { Phrase } from '#mail/story/phrase';

export const EXAM_TEXT = {
  en: 'In an exam there is the code alone: hikyaku lab mode learn shows the rules again.',
  ja: '試験モードでは返答コードしか見られません。hikyaku lab mode learn で規則が見えるようになります。',
} as const satisfies Phrase;
