/** What stands under an outcome or a refusal: where it stopped, what was said, what the status means. */
import type { Language } from '#protocol/dsn/language';
import { statusWords } from '#protocol/dsn/status';
import { isEnhancedCode } from '#protocol/smtp/enhanced-code';
import type { EventFields } from './event-fields.ts';
import { FRAME, STAGES } from '#mail/story/texts/frame-texts';
import { phraseFor, say } from '#mail/story/phrase';
import { rfcMark } from './tell-route.ts';

type OutcomeType = 'attempt.delivered' | 'attempt.deferred' | 'attempt.failed';

/** Where it stopped, what was said, and what the status means. */
export function outcomeDetails(
  fields: EventFields<OutcomeType>,
  language: Language,
  { whereStopped }: { readonly whereStopped: boolean },
): string[] {
  const host = fields.text('host');
  const stage = phraseFor(STAGES, fields.text('stage'));
  const details: string[] = [];
  if (whereStopped) {
    const where = stage?.[language] ?? fields.shown('stage');
    const text =
      host === undefined
        ? say(FRAME.stopped, language, { stage: where })
        : say(FRAME.stoppedAt, language, { stage: where, host });
    details.push(stage?.rfc === undefined ? text : `${text} ${rfcMark(stage.rfc)}`);
  }
  const reply = fields.shown('reply');
  if (fields.number('code') === undefined) {
    if (whereStopped) details.push(say(FRAME.happened, language, { reply }));
  } else {
    details.push(
      host === undefined
        ? say(FRAME.saidSome, language, { reply })
        : say(FRAME.said, language, { host, reply }),
    );
  }
  const status = fields.text('status');
  if (whereStopped && status !== undefined && isEnhancedCode(status)) {
    const { meaning, rfc } = statusWords(status, language);
    details.push(`${say(FRAME.status, language, { status, meaning })} ${rfcMark(rfc)}`);
  }
  return details;
}

/** What the client was answered, and about whom. */
export function refusalDetails(
  fields: EventFields<'command.refused' | 'message.refused'>,
  language: Language,
): string[] {
  const code = [fields.shown('code'), ...(fields.text('enhanced') ?? '').split(' ')];
  const details = [say(FRAME.repliedWith, language, { code: code.join(' ').trimEnd() })];
  const forwardPath = fields.text('forwardPath');
  if (forwardPath !== undefined)
    details.push(say(FRAME.forwardPath, language, { path: forwardPath }));
  return details;
}
