/** A step of a replay as lines for a terminal: who and whom and when, what was said, and why. */
import type { ReplayedStep } from '#lab/replay/calls';
import { printable, STICKY, wrap } from '#mail/story/terminal-text';
import { localTime, styled } from '#cli/terminal/terminal';

export interface LineLayout {
  readonly width: number;
  readonly color: boolean;
}

/** What a step is one of. */
export interface Whole {
  /** How many there are. */
  readonly of: number;
  /** The message that is replayed: steps of others say whose they are. */
  readonly own: string | undefined;
}

/** Below this nothing can be laid out. */
const NARROWEST = 40;
const MARGIN = '   ';

const SIGNS = { wire: '| ', meaning: '  ^ ', detail: '- ' } as const;

export function stepLines(
  { step, kind, at, from, to, chapter, text, rfc, lines, why, messageId }: ReplayedStep,
  { of, own }: Whole,
  { width, color }: LineLayout,
): string[] {
  const room = Math.max(width, NARROWEST) - MARGIN.length;
  const dim = (line: string): string => styled('dim', line, color);
  const broken = (sign: string, given: string, rest = ' '.repeat(sign.length)): string[] =>
    wrap(safe(given), room - sign.length).map(
      (line, index) => `${MARGIN}${index === 0 ? sign : rest}${line}`,
    );
  const who = to === undefined ? from : `${from} → ${to}`;
  const about = chapter === undefined ? '' : `: ${chapter}`;
  const other = messageId === undefined || messageId === own ? '' : ` (${messageId})`;
  return [
    `${styled('bold', safe(`${step}/${of}  ${who}${about}${other}`), color)}  ${dim(localTime(at))}`,
    // a dialogue speaks for itself
    ...(kind === 'dialogue' ? [] : broken('', text + markOf(rfc))),
    ...lines.flatMap((line) => {
      const shown = broken(SIGNS[line.kind], line.text, line.kind === 'wire' ? '|   ' : undefined);
      return line.kind === 'detail' ? shown : shown.map(dim);
    }),
    ...why.flatMap(({ text: reason, rfc: where }) =>
      broken('? ', reason + markOf(where)).map((line) => styled('cyan', line, color)),
    ),
  ];
}

/** Of an RFC, which is not broken between lines. */
function markOf(rfc: string | undefined): string {
  return rfc === undefined ? '' : ` [${rfc.replaceAll(' ', STICKY)}]`;
}

/** What others wrote acts on no terminal. */
function safe(text: string): string {
  return printable(text, Infinity);
}
