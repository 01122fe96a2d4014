import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { doctorPage, PAGES } from './doctor-page.ts';

for (const language of ['en', 'ja'] as const) {
  test(`the page of the doctor in ${language} is what its texts say`, async () => {
    const kept = await readFile(PAGES[language], 'utf8');
    assert.equal(kept, doctorPage(language), 'write it anew with: bin/node tools/doctor-page.ts');
  });
}
