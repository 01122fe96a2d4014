/**
 * The pages of the lessons, Markdown in `docs/lessons/LANGUAGE/`, shipped with the program. Their sections have fixed headings; the hints
 * are a list of three and stand there alone.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '#protocol/dsn/language';
import type { Lesson } from './lesson.ts';

/** The same from the sources and from what was made of them: both lie three folders below the package. */
const FOLDER = fileURLToPath(new URL('../../../docs/lessons/', import.meta.url));

export const HINTS = 3;

export const SECTIONS = ['goal', 'theory', 'steps', 'passed', 'hints'] as const;
export type Section = (typeof SECTIONS)[number];

export const HEADINGS: Readonly<Record<Language, Readonly<Record<Section, string>>>> = {
  en: {
    goal: 'Goal',
    theory: 'What is behind it',
    steps: 'Steps',
    passed: 'You passed when',
    hints: 'Hints',
  },
  ja: {
    goal: '目標',
    theory: '背景',
    steps: '手順',
    passed: '合格の条件',
    hints: 'ヒント',
  },
};

export interface Page {
  /** Of the file. */
  readonly path: string;
  readonly title: string;
  /** Markdown without the heading. */
  readonly sections: Readonly<Record<Section, string>>;
  readonly hints: readonly string[];
}

export function pagePath(
  { number, slug }: Pick<Lesson, 'number' | 'slug'>,
  language: Language,
): string {
  return path.join(FOLDER, language, `${number.replace('.', '-')}-${slug}.md`);
}

/** @throws when the page is not what it has to be, which a test holds */
export async function readPage(
  of: Pick<Lesson, 'number' | 'slug'>,
  language: Language,
): Promise<Page> {
  const file = pagePath(of, language);
  return { path: file, ...parsePage(await readFile(file, 'utf8'), language) };
}

/** Pure. @throws */
export function parsePage(text: string, language: Language): Omit<Page, 'path'> {
  const [head, ...parts] = text.split(/^## /m);
  const title = /^# (.+)$/m.exec(head ?? '')?.[1];
  if (title === undefined) throw new Error('a page of a lesson begins with a title');
  const found = new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end).trim(), part.slice(end).trim()];
    }),
  );
  const section = (name: Section): string => {
    const content = found.get(HEADINGS[language][name]);
    if (content === undefined) throw new Error(`${title}: no section ${HEADINGS[language][name]}`);
    return content;
  };
  const sections = Object.fromEntries(
    SECTIONS.map((name) => [name, section(name)]),
  ) as Page['sections'];
  return { title, sections, hints: listItems(sections.hints) };
}

/** The items of a numbered list, each on one line. */
export function listItems(markdown: string): string[] {
  return markdown
    .split(/^(?:\d+\.|-) /m)
    .slice(1)
    .map((item) => item.replaceAll(/\n\s*/g, ' ').trim());
}
