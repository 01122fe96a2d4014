/** Which checks `--only` means, and what `--explain` tells of one. */
import { FAMILIES } from '#mail/doctor/check';
import { CHECK_IDS, CHECKS } from '#mail/doctor/checks';
import { documentOf } from '#mail/doctor/document';
import { TEXTS, type CheckId } from '#mail/doctor/texts';
import type { FindingText } from '#mail/doctor/texts/entry';
import { FAMILY_WORDS, STATUS_WORDS, WORDS } from '#mail/doctor/texts/frame';
import { placeholdersOf, say, type Phrase } from '#mail/story/phrase';
import { wrap } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import { CommandFailure } from '#cli/failure';
import { printJson, printLine, type OutputOptions } from '#cli/terminal/output';
import { styled, terminalColumns } from '#cli/terminal/terminal';

const COLUMNS = 100;

/** @throws CommandFailure */
export function checksOf(only: string | undefined): readonly CheckId[] {
  if (only === undefined) return CHECK_IDS;
  const wanted = only.split(/[\s,]+/).filter((word) => word !== '');
  const found = new Set(wanted.flatMap((word) => idsOf(word)));
  return CHECK_IDS.filter((id) => found.has(id));
}

function idsOf(word: string): readonly CheckId[] {
  const ids = CHECK_IDS.filter(
    (id) => id === word.toUpperCase() || CHECKS[id].family === word.toLowerCase(),
  );
  if (ids.length > 0) return ids;
  throw new CommandFailure(
    `--only ${word}: there is no such check and no such family`,
    `Families are ${FAMILIES.join(', ')}; checks have ids like H1.`,
  );
}

/** @throws CommandFailure */
export function explain(
  given: string,
  options: OutputOptions & { readonly lang: Language },
  documentation: string,
): void {
  const id = CHECK_IDS.find((one) => one === given.toUpperCase());
  if (id === undefined)
    throw new CommandFailure(
      `there is no check ${given}`,
      `There are ${CHECK_IDS.join(' ')}; hikyaku doctor runs them all.`,
    );
  const { lang } = options;
  const { title, why, expected, remedy } = TEXTS[id];
  const findings: readonly (readonly [string, FindingText])[] = Object.entries(TEXTS[id].findings);
  if (options.json === true) {
    printJson({
      id,
      family: CHECKS[id].family,
      title: open(title, lang),
      why: open(why, lang),
      expected: open(expected, lang),
      remedy: open(remedy, lang),
      doc: documentOf(id, lang, documentation),
      findings: findings.map(([finding, text]) => ({
        finding,
        status: text.status,
        text: open(text, lang),
        remedy: text.remedy === undefined ? null : open(text.remedy, lang),
      })),
    });
    return;
  }
  const family = say(FAMILY_WORDS[CHECKS[id].family], lang, {});
  printLine(styled('bold', `${id}  ${open(title, lang)} (${family})`));
  for (const [word, phrase] of [
    [WORDS.why, why],
    [WORDS.expected, expected],
    [WORDS.remedy, remedy],
  ] as const)
    print(say(word, lang, { text: open(phrase, lang) }));
  printLine(say(WORDS.document, lang, { at: documentOf(id, lang, documentation) }));
  printLine('');
  print(say(WORDS['can-find'], lang, {}));
  for (const [, text] of findings)
    print(`  ${say(STATUS_WORDS[text.status], lang, {})}: ${open(text, lang)}`);
}

function print(text: string): void {
  for (const line of wrap(text, terminalColumns() ?? COLUMNS)) printLine(line);
}

/** A text whose values are not known stands with their names: ‹domain›. */
function open(phrase: Phrase, language: Language): string {
  const names = placeholdersOf(phrase[language]);
  const values = Object.fromEntries(names.map((name) => [name, `‹${name}›`]));
  return say(phrase, language, values as never);
}
