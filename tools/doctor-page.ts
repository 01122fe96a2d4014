/**
 * Writes the reference pages of the doctor, docs/doctor.md and docs/doctor.ja.md, from its catalogue. A test holds that they are what is
 * written here: `bin/node tools/doctor-page.ts` after a change.
 */
import { writeFile } from 'node:fs/promises';
import { CHECK_IDS, CHECKS } from '#mail/doctor/checks';
import { TEXTS, type CheckId } from '#mail/doctor/texts';
import type { FindingText } from '#mail/doctor/texts/entry';
import { FAMILY_WORDS, STATUS_WORDS, WORDS } from '#mail/doctor/texts/frame';
import { placeholdersOf, say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';

export const PAGES = {
  en: new URL('../docs/doctor.md', import.meta.url),
  ja: new URL('../docs/doctor.ja.md', import.meta.url),
} as const;

const INTRODUCTION = {
  en: '# What `hikyaku doctor` looks at\n\n[日本語](doctor.ja.md)\n\nMade by `bin/node tools/doctor-page.ts` from the texts of the doctor. `hikyaku doctor --explain ID` says the same of one check. Names in ‹› stand for values.\n',
  ja: '# `hikyaku doctor` が調べること\n\n[English](doctor.md)\n\n診断の文言から `bin/node tools/doctor-page.ts` で作成しています。個々の検査の説明は `hikyaku doctor --explain ID` でも読めます。‹› の中の名前には実際の値が入ります。\n',
} as const;

export function doctorPage(language: Language): string {
  const parts: string[] = [INTRODUCTION[language]];
  let family: string | undefined;
  for (const id of CHECK_IDS) {
    if (CHECKS[id].family !== family) {
      ({ family } = CHECKS[id]);
      parts.push(`## ${say(FAMILY_WORDS[CHECKS[id].family], language, {})}\n`);
    }
    parts.push(section(id, language));
  }
  return parts.join('\n');
}

function section(id: CheckId, language: Language): string {
  const { title, why, expected, remedy } = TEXTS[id];
  const findings: readonly FindingText[] = Object.values(TEXTS[id].findings);
  return [
    `### <a id="${id.toLowerCase()}"></a>${id} ${open(title, language)}\n`,
    `- ${say(WORDS.why, language, { text: open(why, language) })}`,
    `- ${say(WORDS.expected, language, { text: open(expected, language) })}`,
    `- ${say(WORDS.remedy, language, { text: code(open(remedy, language)) })}\n`,
    ...findings.map(
      (text) => `  - **${say(STATUS_WORDS[text.status], language, {})}** ${open(text, language)}`,
    ),
    '',
  ].join('\n');
}

/** Records and commands keep their signs. */
function code(text: string): string {
  return text.replaceAll('_', String.raw`\_`).replaceAll('*', String.raw`\*`);
}

function open(phrase: Phrase, language: Language): string {
  const names = placeholdersOf(phrase[language]);
  return say(
    phrase,
    language,
    Object.fromEntries(names.map((name) => [name, `‹${name}›`])) as never,
  );
}

if (import.meta.main)
  for (const language of ['en', 'ja'] as const)
    await writeFile(PAGES[language], doctorPage(language));
