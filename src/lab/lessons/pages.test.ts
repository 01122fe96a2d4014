/** Pages and checks cannot drift apart: both languages have the same shape, and «you passed when» lists the criteria word for word. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { LANGUAGES } from '#protocol/dsn/language';
import { twinFindings } from '../../../tools/check/page-twins.ts';
import { LESSONS } from './lessons.ts';
import { HINTS, listItems, pagePath, parsePage, readPage } from './pages.ts';
import { PLAN } from './plan.ts';

test('The plan has 37 lessons, each number once', () => {
  assert.equal(PLAN.length, 37);
  assert.equal(new Set(PLAN.map(({ number }) => number)).size, 37);
});

for (const lesson of LESSONS.values()) {
  test(`${lesson.number}: its pages have the title of the plan, three hints and the criteria of the check`, async () => {
    const planned = PLAN.find(({ number }) => number === lesson.number);
    for (const language of LANGUAGES) {
      const page = await readPage(lesson, language);
      assert.equal(page.title, `${lesson.number} ${planned!.title[language]}`);
      assert.equal(page.hints.length, HINTS);
      assert.deepEqual(
        listItems(page.sections.passed),
        Object.values(lesson.criteria).map((phrase) => phrase[language]),
      );
    }
  });

  test(`${lesson.number}: its pages have the same headings and commands in both languages`, async () => {
    const [one, other] = await Promise.all(
      LANGUAGES.map(async (language) => {
        const path = pagePath(lesson, language);
        return { path, text: await readFile(path, 'utf8') };
      }),
    );
    assert.deepEqual(twinFindings(one!, other!), []);
  });
}

for (const language of LANGUAGES) {
  test(`The index in ${language} names every lesson, linked where there is one`, async () => {
    const file = language === 'en' ? 'README.md' : 'README.ja.md';
    const index = await readFile(new URL(`../../../docs/lessons/${file}`, import.meta.url), 'utf8');
    const listed = index.split('\n').filter((line) => line.startsWith('- '));
    assert.deepEqual(
      listed,
      PLAN.map(({ number, title }) => {
        const lesson = LESSONS.get(number);
        const name = title[language];
        if (lesson) {
          const page = `${language}/${path.basename(pagePath(lesson, language))}`;
          return `- ${number} [${name}](${page})`;
        }
        return `- ${number} ${name}${language === 'en' ? ' (coming)' : '（準備中）'}`;
      }),
    );
  });
}

test('A page without one of its sections is refused', () => {
  assert.throws(() => parsePage('# 1.1 A title\n\n## Goal\n\nText\n', 'en'), /no section/);
  assert.throws(() => parsePage('## Goal\n', 'en'), /begins with a title/);
});
