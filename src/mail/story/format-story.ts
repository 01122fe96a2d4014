/**
 * A story as lines for a terminal: how each recipient stands, then what happened under the heading of its chapter, with times,
 * gaps, RFC sections and dialogues. Lines are broken by display width. A story that goes on (`--follow`) is continued by
 * `formatEntries` from where it was left; entries are only ever appended.
 */
import { FRAME } from './texts/frame-texts.ts';
import { say } from './phrase.ts';
import { duration, momentsIn, type MomentOf } from './spoken.ts';
import type { Story, StoryEntry } from './story.ts';
import { rfcMark } from './tell/tell-route.ts';
import type { Tone } from './tell/told.ts';
import { displayWidth, STICKY, wrap } from './terminal-text.ts';

export interface FormatOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether colours are wanted (ECMA-48 SGR). */
  readonly color: boolean;
}

/** Below this nothing can be laid out. */
const NARROWEST = 40;
/** Columns before the text: two, the time, two. */
const MARGIN = 12;
const INDENT = ' '.repeat(MARGIN);
/** A shorter gap between two entries is not told. Milliseconds. */
const SHORT = 1000;

/** The whole story, with those of the messages that it caused. */
export function formatStory(story: Story, options: FormatOptions): readonly string[] {
  return formatTold(story, options, false);
}

/** The entries of a story from the index `from` on. */
export function formatEntries(story: Story, options: FormatOptions, from = 0): readonly string[] {
  const paint = painter(options);
  const momentOf = momentsIn(story.timeZone);
  const width = Math.max(options.width, NARROWEST);
  return story.entries.slice(from).flatMap((entry, offset) => {
    const before = story.entries[from + offset - 1];
    return headingLines(entry, before, { story, paint, momentOf }).concat(
      entryLines(entry, { paint, width, momentOf }),
    );
  });
}

function formatTold(story: Story, options: FormatOptions, isChild: boolean): readonly string[] {
  const paint = painter(options);
  const { language, messageId: id } = story;
  const title = isChild ? FRAME.childTitle : FRAME.title;
  return [
    paint('heading', say(title, language, { id })),
    ...story.standing.flatMap(({ standing, text }) =>
      wrap(text, Math.max(options.width, NARROWEST) - 2).map(
        (line) => `  ${paint(TONE_OF_STANDING[standing], line)}`,
      ),
    ),
    ...(story.entries.length === 0 ? [`  ${FRAME.nothing[language]}`] : []),
    ...formatEntries(story, options),
    ...story.children.flatMap((child) => [
      '',
      ...formatTold(child, { ...options, width: options.width - 2 }, true).map((line) =>
        line === '' ? '' : `  ${line}`,
      ),
    ]),
  ];
}

const TONE_OF_STANDING = {
  delivered: 'good',
  'handed-on': 'good',
  'sent-on': 'good',
  waiting: 'waiting',
  held: 'waiting',
  failed: 'bad',
  expired: 'bad',
  removed: 'bad',
  suppressed: 'bad',
  bounced: 'bad',
  dropped: 'bad',
} as const satisfies Record<Story['standing'][number]['standing'], Tone>;

interface Layout {
  readonly paint: Paint;
  readonly momentOf: MomentOf;
}

/** References and numbers with their units are not broken between lines. */
function kept(text: string): string {
  return text.replaceAll(TOGETHER, (match) => match.replaceAll(' ', STICKY));
}

const TOGETHER =
  /\[RFC \d+[^\][]*\]|\b\d+ (?:ms|s|min|h|days?|octets?|recipients?|[分秒時日ミ回件オ])|\b(?:attempt|port|UID|ポート|preference|優先度|宛先) \d+/g;

/** A new chapter begins where the phase changes, or the attempt. */
function headingLines(
  entry: StoryEntry,
  before: StoryEntry | undefined,
  { story, paint, momentOf }: Layout & { readonly story: Story },
): string[] {
  const { language, timeZone } = story;
  const lines: string[] = [];
  const { date } = momentOf(entry.at);
  const isNewDay = before === undefined || momentOf(before.at).date !== date;
  const isNewChapter =
    before === undefined ||
    before.heading !== entry.heading ||
    (entry.phase === 'attempt' && before.attemptId !== entry.attemptId);
  const gap = before === undefined ? 0 : entry.at - before.at;
  const after = gap < SHORT ? '' : say(FRAME.after, language, { time: duration(gap, language) });
  if (isNewDay) lines.push('', paint('dim', before === undefined ? `${date} ${timeZone}` : date));
  if (isNewChapter) {
    if (!isNewDay) lines.push('');
    lines.push(paint('heading', entry.heading) + (after === '' ? '' : paint('dim', `  ${after}`)));
  } else if (after !== '') lines.push(paint('dim', INDENT + after));
  return lines;
}

function entryLines(
  entry: StoryEntry,
  { paint, width, momentOf }: Layout & { readonly width: number },
): string[] {
  const rfc = entry.rfc === undefined ? '' : ` ${rfcMark(entry.rfc)}`;
  const [first, ...others] = wrap(kept(entry.text + rfc), width - MARGIN);
  return [
    `  ${paint('dim', momentOf(entry.at).time)}  ${paint(entry.tone, first!)}`,
    ...others.map((line) => INDENT + paint(entry.tone, line)),
    ...(entry.details ?? []).flatMap((detail) => bulleted(detail, width, paint)),
    ...dialogueLines(entry, width, paint),
  ];
}

function bulleted(detail: string, width: number, paint: Paint): string[] {
  return wrap(kept(detail), width - MARGIN - 2).map(
    (line, index) => `${INDENT}${index === 0 ? '- ' : '  '}${paint('plain', line)}`,
  );
}

/** What was said, and between the lines what it means. A line of the wire is kept whole where it fits, else broken. */
function dialogueLines({ dialogue }: StoryEntry, width: number, paint: Paint): string[] {
  return (dialogue ?? []).flatMap(({ kind, text }) => {
    const sign = kind === 'wire' ? '| ' : '    ^ ';
    const room = Math.max(width - MARGIN - sign.length, NARROWEST / 2);
    return cut(text, kind === 'wire' ? room : Infinity)
      .flatMap((part) => (kind === 'wire' ? [part] : wrap(kept(part), room)))
      .map((line, index) => {
        const lead = index === 0 ? sign : kind === 'wire' ? '|   ' : '      ';
        return INDENT + paint('dim', lead + line);
      });
  });
}

/** Cuts at columns, spaces or not: what was said is shown as it was. */
function cut(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of text) {
    const width = displayWidth(character);
    // lines after the first stand two columns further in
    if (used + width > (lines.length === 0 ? columns : columns - 2)) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += character;
    used += width;
  }
  return [...lines, line];
}

type Style = Tone | 'heading' | 'dim';
export type Paint = (style: Style, text: string) => string;

const SGR = {
  plain: '',
  good: '32',
  waiting: '33',
  bad: '31',
  heading: '1',
  dim: '2',
} as const satisfies Record<Style, string>;

export function painter({ color }: FormatOptions): Paint {
  return (style, text) => {
    const code = SGR[style];
    return !color || code === '' ? text : `\x1b[${code}m${text}\x1b[0m`;
  };
}
