/** A question of the DNS as a step: who asked, how the resolver found out, what came of it, and why it was asked. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';
import { say } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import type { Asked } from './attribute.ts';
import type { Places } from './places.ts';
import { PURPOSE_TEXTS, REPLAY_TEXTS } from './texts.ts';
import type { Step } from './step.ts';
import { whyOf } from './why.ts';

export function questionStep(
  { question, purpose, trail }: Asked,
  places: Places,
  language: Language,
): Step {
  const trailLines = trail.map((one) => {
    const between = `${nameOf(one.from)} → ${nameOf(one.to)}`;
    return {
      kind: 'wire',
      text: `${between}: ${one.type} ${shown(one.name)}: ${answerOf(one)}`,
    } as const;
  });
  function nameOf(address: string): string {
    return places.nameOf(address, language);
  }
  const answer = say(REPLAY_TEXTS.answered, language, { answer: answerOf(question) });
  return {
    at: question.at,
    kind: 'dns',
    from: nameOf(question.from),
    to: nameOf(question.to),
    text: say(REPLAY_TEXTS.asks, language, { type: question.type, name: shown(question.name) }),
    lines: [
      ...(trailLines.length > 0
        ? trailLines
        : question.to === places.resolver
          ? [{ kind: 'detail', text: REPLAY_TEXTS.remembered[language] } as const]
          : []),
      { kind: 'wire', text: answer },
    ],
    why: [whyOf(PURPOSE_TEXTS[purpose], language)],
  };
}

function answerOf({ result, answer }: AskedQuestion): string {
  return printable(`${result} ${answer}`.trim());
}

function shown(name: string): string {
  return printable(name);
}
