/**
 * An SMTP dialogue as lines for people, each refusal followed by what it means: the words of its enhanced status code, or of
 * its reply code where it has none. Used by the story of a message and by whoever shows a live dialogue.
 */
import type { Language } from '#protocol/dsn/language';
import { statusWords } from '#protocol/dsn/status';
import { formatEntry, type DialogueEntry } from '#protocol/smtp/dialogue';
import { splitEnhancedCode } from '#protocol/smtp/enhanced-code';
import { FRAME } from '#mail/story/texts/frame-texts';
import { say, type Phrase } from '#mail/story/phrase';
import { REPLY_TEXTS } from '#mail/story/texts/reason-texts';
import { rfcMark } from './tell-route.ts';
import { printable } from '#mail/story/terminal-text';

export interface DialogueLine {
  /** `wire` was said or seen; `meaning` explains the line before it. */
  readonly kind: 'wire' | 'meaning';
  readonly text: string;
}

/** Characters of one line of a dialogue; it was cut when it was recorded. */
const LONGEST = 1000;

/** @param side which of the two we are: `sent` lines are ours */
export function explainDialogue(
  entries: readonly DialogueEntry[],
  side: 'client' | 'server',
  language: Language,
): readonly DialogueLine[] {
  const explained = new Set<string>();
  return entries.flatMap((entry): DialogueLine[] => {
    const wire: DialogueLine = { kind: 'wire', text: printable(formatEntry(entry, side), LONGEST) };
    const isReply = entry.kind === (side === 'client' ? 'received' : 'sent');
    const meaning = isReply && 'line' in entry ? explainReply(entry.line, language) : undefined;
    // the same refusal of many recipients is explained once
    if (meaning === undefined || explained.has(meaning)) return [wire];
    explained.add(meaning);
    return [wire, { kind: 'meaning', text: meaning }];
  });
}

/** What the last line of a refusal means, `550 5.1.1 No such user`; undefined for any other line. */
export function explainReply(line: string, language: Language): string | undefined {
  const match = /^([45]\d\d)(?: (.*))?$/.exec(line);
  if (match === null) return undefined;
  const code = match[1]!;
  const enhanced = splitEnhancedCode(match[2] ?? '')?.enhanced;
  if (enhanced !== undefined) {
    const { meaning, rfc } = statusWords(enhanced, language);
    return `${say(FRAME.explained, language, { code: enhanced, meaning })} ${rfcMark(rfc)}`;
  }
  const phrase: Phrase | undefined = Object.hasOwn(REPLY_TEXTS, code)
    ? REPLY_TEXTS[Number(code) as keyof typeof REPLY_TEXTS]
    : undefined;
  if (phrase === undefined) return undefined;
  const meaning = phrase[language];
  return `${say(FRAME.explained, language, { code, meaning })} ${rfcMark(phrase.rfc!)}`;
}
