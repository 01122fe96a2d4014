/** Questions of the DNS as steps: who asked, how the resolver found out, what came of it, and why it was asked. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';
import { say } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import type { Asked } from './attribute.ts';
import type { Places } from './places.ts';
import { purposeOf, type Purpose } from './purposes.ts';
import type { Line, Step } from './step.ts';
import { PURPOSE_TEXTS, REPLAY_TEXTS } from './texts.ts';
import { whyOf } from './why.ts';

/** The question with its way and its answer in one step. */
export function questionStep(
  { question, purpose, trail }: Asked,
  places: Places,
  language: Language,
): Step {
  const way = trail.map((one): Line => {
    const between = `${places.nameOf(one.from, language)} → ${places.nameOf(one.to, language)}`;
    const text = `${between}: ${one.type} ${printable(one.name)}: ${answerOf(one)}`;
    return { kind: 'wire', text };
  });
  const isForResolver = question.to === places.resolver;
  const remembered: Line = { kind: 'detail', text: REPLAY_TEXTS.remembered[language] };
  return {
    ...askStep(question, purpose, places, language),
    lines: [
      ...(way.length === 0 && isForResolver ? [remembered] : way),
      answerLine(question, language),
    ],
  };
}

/** The question and each of those by which the resolver found its answer as a step of its own, and at the end the answer. */
export function questionSteps(
  { question, purpose, trail }: Asked,
  places: Places,
  language: Language,
): Step[] {
  if (trail.length === 0) return [questionStep({ question, purpose, trail }, places, language)];
  const asked = askStep(question, purpose, places, language);
  return [
    asked,
    ...trail.map((one): Step => {
      const forKeys = purposeOf(one, 'receiver', []) === 'dnssec';
      const why = forKeys ? PURPOSE_TEXTS.dnssec : wayText(one);
      return {
        ...askStep(one, purpose, places, language),
        lines: [answerLine(one, language)],
        why: [whyOf(why, language)],
      };
    }),
    {
      ...asked,
      from: asked.to!,
      to: asked.from,
      text: say(REPLAY_TEXTS.answered, language, { answer: answerOf(question) }),
      why: [whyOf(REPLAY_TEXTS.remembers, language)],
    },
  ];
}

function wayText({ authoritative }: AskedQuestion) {
  return authoritative ? REPLAY_TEXTS.authority : REPLAY_TEXTS.referral;
}

function askStep(
  { at, from, to, name, type }: AskedQuestion,
  purpose: Purpose,
  places: Places,
  language: Language,
): Step {
  return {
    at,
    kind: 'dns',
    from: places.nameOf(from, language),
    to: places.nameOf(to, language),
    text: say(REPLAY_TEXTS.asks, language, { type, name: printable(name) }),
    lines: [],
    why: [whyOf(PURPOSE_TEXTS[purpose], language)],
  };
}

function answerLine(question: AskedQuestion, language: Language): Line {
  const text = say(REPLAY_TEXTS.answered, language, { answer: answerOf(question) });
  return { kind: 'wire', text };
}

function answerOf({ result, answer }: AskedQuestion): string {
  return printable(`${result} ${answer}`.trim());
}
