/** A step of a replay as lines for a terminal: who and whom and when, what was said, and why. */
import type { ReplayedStep } from '#lab/replay/calls';
import { printable, STICKY, wrap } from '#mail/story/terminal-text';
import { localTime, styled } from './terminal.ts';

export interface LineLayout {
  readonly width: number;
  readonly color: boolean;
}

/** Below this nothing can be laid out. */
const NARROWEST = 40;
const MARGIN = '   ';

const SIGNS = { wire: '| ', meaning: '  ^ ', detail: '- ' } as const;

export function stepLines(
  { step, at, from, to, text, lines, why }: ReplayedStep,
  of: number,
  { width, color }: LineLayout,
): string[] {
  const room = Math.max(width, NARROWEST) - MARGIN.length;
  const dim = (line: string): string => styled('dim', line, color);
  const broken = (sign: string, given: string, rest = ' '.repeat(sign.length)): string[] =>
    wrap(safe(given), room - sign.length).map(
      (line, index) => `${MARGIN}${index === 0 ? sign : rest}${line}`,
    );
  const who = to === undefined ? from : `${from} → ${to}`;
  return [
    `${styled('bold', safe(`${step}/${of}  ${who}`), color)}  ${dim(localTime(at))}`,
    ...broken('', text),
    ...lines.flatMap((line) => {
      const shown = broken(SIGNS[line.kind], line.text, line.kind === 'wire' ? '|   ' : undefined);
      return line.kind === 'detail' ? shown : shown.map(dim);
    }),
    ...why.flatMap(({ text: reason, rfc }) => {
      const mark = rfc === undefined ? '' : ` [${rfc.replaceAll(' ', STICKY)}]`;
      return broken('? ', reason + mark).map((line) => styled('cyan', line, color));
    }),
  ];
}

/** What others wrote acts on no terminal. */
function safe(text: string): string {
  return printable(text, Infinity);
}
