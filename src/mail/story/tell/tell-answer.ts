/** What a look-up in the DNS answered, in plain words (`AnswerSummary` of `mail/queue/route/steps.ts`). */
import { FRAME } from '#mail/story/texts/frame-texts';
import { say } from '#mail/story/phrase';
import { duration } from '#mail/story/spoken';
import { plain, type StepFields } from './step-fields.ts';
import { ANSWER_TEXTS, DNS_FAILURES } from '#mail/story/texts/step-texts';

export function tellAnswer(answer: StepFields): string {
  const { language } = answer;
  const kind = answer.get('kind');
  if (kind === 'failure') {
    return say(ANSWER_TEXTS.failure, language, { cause: answer.worded('cause', DNS_FAILURES) });
  }
  const said =
    kind === 'records'
      ? say(ANSWER_TEXTS.records, language, {
          records: answer.list('records', plain),
          ttl: duration(Number(answer.get('ttl')) * 1000, language),
        })
      : answer.worded('kind', ANSWER_TEXTS);
  const remarks = [
    ...(answer.get('authenticated') === true ? [FRAME.validated[language]] : []),
    ...(answer.get('cached') === true ? [FRAME.cached[language]] : []),
  ];
  if (remarks.length === 0) return said;
  return language === 'ja' ? `${said}、${remarks.join('、')}` : `${said}, ${remarks.join(', ')}`;
}
