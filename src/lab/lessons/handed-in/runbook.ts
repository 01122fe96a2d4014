/** The runbook of lesson 3.13: its template, and what a check reads of one that was filled in. Pure; linear in a bounded text. */
import type { Language } from '#protocol/dsn/language';

/** Characters of a page that is read; longer ones nobody reads at night. */
export const LONGEST_RUNBOOK = 40_000;

export const RUNBOOK_SECTIONS = [
  'symptom',
  'impact',
  'diagnosis',
  'repair',
  'verification',
  'escalation',
] as const;
export type RunbookSection = (typeof RUNBOOK_SECTIONS)[number];

export const RUNBOOK_HEADINGS: Readonly<
  Record<RunbookSection, Readonly<Record<Language, string>>>
> = {
  symptom: { en: 'Symptom', ja: '症状' },
  impact: { en: 'Impact', ja: '影響' },
  diagnosis: { en: 'Diagnosis', ja: '切り分け' },
  repair: { en: 'Repair', ja: '復旧' },
  verification: { en: 'Verification', ja: '確認' },
  escalation: { en: 'Escalation', ja: 'エスカレーション' },
};

const PROMPTS: Readonly<Record<RunbookSection, Readonly<Record<Language, string>>>> = {
  symptom: {
    en: 'What does the alert say, and what do people notice?',
    ja: 'アラートは何と伝え、利用者は何に気づくか',
  },
  impact: {
    en: 'Who is hit, how badly, and how long may it wait?',
    ja: '誰に、どの程度の影響があり、どれだけ待てるか',
  },
  diagnosis: {
    en: 'Which commands tell the causes apart, and what do they show for each?',
    ja: 'どのコマンドで原因を見分け、それぞれ何が表示されるか',
  },
  repair: {
    en: 'For each cause: which commands mend it, in which order?',
    ja: '原因ごとに、どのコマンドをどの順に実行して直すか',
  },
  verification: {
    en: 'How do you see that it is over?',
    ja: '解決したことを、どうやって確かめるか',
  },
  escalation: {
    en: 'Whom do you call when this does not help, and after how long?',
    ja: '解決しないとき、どれだけ待って、誰に連絡するか',
  },
};

/** A line that begins so was not filled in. */
const OPEN = '…';

export function runbookTemplate(language: Language): string {
  const title = { en: 'Runbook: NAME-OF-THE-ALERT', ja: '運用手順書：アラートの名前' }[language];
  const sections = RUNBOOK_SECTIONS.map(
    (section) =>
      `## ${RUNBOOK_HEADINGS[section][language]}\n\n${OPEN} ${PROMPTS[section][language]}\n`,
  );
  return `# ${title}\n\n${sections.join('\n')}`;
}

/** Characters without blanks that say something. */
const SHORTEST: Readonly<Record<Language, number>> = { en: 40, ja: 20 };

/** Sections that are not there, too short, or still as in the template. */
export function openSections(text: string): readonly RunbookSection[] {
  const parts = new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((part): [string, string] => {
        const end = part.indexOf('\n');
        return end < 0 ? [part.trim(), ''] : [part.slice(0, end).trim(), part.slice(end)];
      }),
  );
  return RUNBOOK_SECTIONS.filter((section) => {
    const headings = RUNBOOK_HEADINGS[section];
    return !(['en', 'ja'] as const).some((language) => {
      const content = parts.get(headings[language]);
      if (content === undefined) return false;
      const isOpen = content.split('\n').some((line) => line.trimStart().startsWith(OPEN));
      return !isOpen && content.replaceAll(/\s/g, '').length >= SHORTEST[language];
    });
  });
}

export interface NamedCommands {
  /** Each once: `queue list`. */
  readonly known: readonly string[];
  /** As they stand there. */
  readonly unknown: readonly string[];
}

/** What stands after `hikyaku` in code: in a block between fences, or between backticks. @param commands all that there are */
export function commandsIn(text: string, commands: readonly string[]): NamedCommands {
  const whole = new Set(commands);
  const known = new Set<string>();
  const unknown = new Set<string>();
  for (const code of codeOf(text)) {
    for (const [, said] of code.matchAll(/(?:^|[\s$/(])hikyaku((?: +[^\s|;&)]+){1,6})/g)) {
      const words = said!.trim().split(/ +/);
      const count = words.findIndex((_, index) => whole.has(words.slice(0, index + 1).join(' ')));
      if (count < 0) unknown.add(words.slice(0, 2).join(' '));
      else known.add(words.slice(0, count + 1).join(' '));
    }
  }
  return { known: [...known], unknown: [...unknown] };
}

function codeOf(text: string): readonly string[] {
  const found: string[] = [];
  let inBlock = false;
  for (const line of text.split('\n')) {
    if (line.trimStart().startsWith('```')) inBlock = !inBlock;
    else if (inBlock) found.push(line);
    else found.push(...line.split('`').filter((_, index) => index % 2 === 1));
  }
  return found;
}
