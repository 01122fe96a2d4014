/** What the command line says around lessons. */
import type { ListedLesson } from '#lab/lessons/calls';
import type { Phrase } from '#mail/story/phrase';

export const STATES: Readonly<Record<ListedLesson['state'], Phrase>> = {
  coming: { en: 'coming', ja: '準備中' },
  open: { en: 'open', ja: '未着手' },
  started: { en: 'started', ja: '学習中' },
  passed: { en: 'passed', ja: '合格' },
};

export const LAB_TEXTS = {
  lesson: { en: 'LESSON', ja: 'レッスン' },
  state: { en: 'STATE', ja: '状態' },
  passed: { en: 'PASSED', ja: '合格日時' },
  title: { en: 'TITLE', ja: '題名' },
  page: { en: 'The whole page: {page}', ja: 'ページ全体：{page}' },
  'when-done': {
    en: 'When you are done: hikyaku lab check {lesson}. If you are stuck: hikyaku lab hint {lesson}.',
    ja: '終わったら：hikyaku lab check {lesson}　困ったら：hikyaku lab hint {lesson}',
  },
  'lesson-passed': { en: 'Lesson {lesson} is passed.', ja: 'レッスン {lesson} に合格しました。' },
  'lesson-open': {
    en: 'Lesson {lesson} is not passed yet. A hint: hikyaku lab hint {lesson}.',
    ja: 'レッスン {lesson} はまだ合格していません。ヒント：hikyaku lab hint {lesson}',
  },
  'in-session': { en: 'session {id}', ja: 'セッション {id}' },
  'in-message': { en: 'message {id}', ja: 'メッセージ {id}' },
  'in-event': { en: 'event {id}', ja: 'イベント {id}' },
  hint: { en: 'Hint {number} of {of}:', ja: 'ヒント {number}（全 {of} 件）：' },
  answered: {
    en: 'Every question is answered. hikyaku lab check {lesson} says whether the answers are right.',
    ja: 'すべての質問に答えました。正しいかどうかは hikyaku lab check {lesson} で確認できます。',
  },
  'still-open': { en: 'Kept. Still open: {names}', ja: '記録しました。残りの質問：{names}' },
  reset: { en: 'Lesson {lesson} is put back.', ja: 'レッスン {lesson} を元に戻しました。' },
  'was-not-started': {
    en: 'Lesson {lesson} was not started.',
    ja: 'レッスン {lesson} は始まっていませんでした。',
  },
  progress: {
    en: '{passed} of {of} lessons are passed.',
    ja: '{of} 件のうち {passed} 件のレッスンに合格しています。',
  },
  learner: { en: 'LEARNER', ja: '学習者' },
  signature: { en: 'SIGNATURE', ja: '署名' },
  unchanged: { en: 'unchanged', ja: '改変なし' },
  changed: { en: 'not valid', ja: '無効' },
  'stuck-at': { en: 'BEGUN, NOT PASSED (HINTS)', ja: '未合格（ヒント数）' },
  key: { en: 'KEY', ja: '鍵' },
  'result-written': {
    en: 'Written to {file}, signed by the key {key}… of this practice Internet.',
    ja: '{file} に書き出しました。この練習用インターネットの鍵 {key}… で署名しています。',
  },
  'signature-says': {
    en: 'A signature says that the file was not changed since. The key lies on the learner’s machine: ask each learner for theirs once, and compare.',
    ja: '署名は、書き出した後にファイルが変更されていないことを示します。鍵は学習者のマシンにあるため、一度は本人に鍵を確認し、見比べてください。',
  },
  'none-yet': {
    en: 'No lesson was started yet: hikyaku lab start 1.1',
    ja: 'まだどのレッスンも始めていません：hikyaku lab start 1.1',
  },
} as const satisfies Record<string, Phrase>;
