/** An explanation as lines for a terminal: the verdict with its reasons, then each check with its steps. Pure. */
import type { Explanation, ToldReason } from './explain-verdict.ts';
import type { Line } from './tell/tell-check.ts';
import { painter, type FormatOptions, type Paint } from './format-story.ts';
import { say } from './phrase.ts';
import { rfcMark } from './tell/tell-route.ts';
import { wrap } from './terminal-text.ts';
import { EXPLAIN } from './texts/verdict-texts.ts';

const NARROWEST = 40;

export function formatExplanation(
  { messageId, language, text, reasons, also, recipients, checks }: Explanation,
  options: FormatOptions,
): readonly string[] {
  const width = Math.max(options.width, NARROWEST);
  const paint = painter(options);
  const list = (title: string, lines: readonly Line[]): string[] =>
    lines.length === 0
      ? []
      : [`  ${title}`, ...lines.flatMap((line) => bullet(line, width, paint))];
  return [
    paint('heading', say(EXPLAIN.title, language, { id: messageId })),
    `  ${text}`,
    ...list(EXPLAIN.reasons[language], reasons.map(withSubject)),
    ...list(EXPLAIN.also[language], also.map(withSubject)),
    ...recipients.flatMap((line) => wrap(line, width - 2).map((part) => `  ${part}`)),
    ...checks.flatMap(({ title, result, lines }) => [
      '',
      `${paint('heading', title)}: ${paint(TONES[result] ?? 'plain', result)}`,
      ...lines.flatMap((line) => bullet(line, width, paint)),
    ]),
  ];
}

const TONES: Readonly<Record<string, 'good' | 'bad' | 'waiting'>> = {
  pass: 'good',
  fail: 'bad',
  listed: 'bad',
  softfail: 'waiting',
  temperror: 'waiting',
  permerror: 'waiting',
  unknown: 'waiting',
};

function withSubject({ text, subject, rfc }: ToldReason): Line {
  return {
    text: subject === undefined ? text : `${text} (${subject})`,
    ...(rfc !== undefined && { rfc }),
  };
}

function bullet({ text, rfc }: Line, width: number, paint: Paint): string[] {
  const whole = rfc === undefined ? text : `${text} ${rfcMark(rfc)}`;
  return wrap(whole, width - 6).map(
    (line, index) => `    ${index === 0 ? '- ' : '  '}${paint('plain', line)}`,
  );
}
