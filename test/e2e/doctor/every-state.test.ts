/**
 * Every check of the doctor in every state that it can take: a world in which one thing at a time is broken, with declared zones, listeners on
 * loopback and a clock that stands still. What is told of each is held by golden files in both languages.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { CHECK_IDS, CHECKS } from '#mail/doctor/checks';
import { formatResult } from '#mail/doctor/format';
import { textOf, type Result } from '#mail/doctor/result';
import { runChecks } from '#mail/doctor/run';
import { TEXTS } from '#mail/doctor/texts';
import type { Language } from '#protocol/dsn/language';
import { CASES } from './all-cases.ts';
import { Listeners } from './listeners.ts';
import { HOST, wellWorld, worldOf } from './world.ts';

const found: Result[] = [];

for (const { id, finding, breaks } of CASES) {
  test(`${id} can find ${finding}`, async () => {
    await using listeners = new Listeners();
    const draft = await wellWorld();
    await breaks(draft, listeners);
    const world = worldOf(draft);
    const results = await runChecks(world, { ids: [id], domains: draft.domains });
    assert.equal(results.length, 1);
    const [result] = results;
    assert.equal(result!.finding, finding, JSON.stringify(result, undefined, 1));
    const declared = new Set<string>([...Object.keys(TEXTS[id].findings), ...CHECKS[id].also]);
    assert.ok(declared.has(finding), `${id} declares no ${finding}`);
    found.push(result!);
  });
}

test('the cases cover all 57 checks, and each finding that a check declares', () => {
  assert.equal(CHECK_IDS.length, 57);
  const shown = new Set(CASES.map(({ id, finding }) => `${id} ${finding}`));
  const declared = CHECK_IDS.flatMap((id) =>
    [...Object.keys(TEXTS[id].findings), ...CHECKS[id].also].map((finding) => `${id} ${finding}`),
  );
  assert.deepEqual(
    declared.filter((one) => !shown.has(one)),
    [],
  );
  console.log(`${CASES.length} cases, ${declared.length} findings of ${CHECK_IDS.length} checks`);
});

test('without a server, in development, and without a domain each check says so as its row has it', async () => {
  const draft = await wellWorld();
  draft.server = undefined;
  draft.settings.mode = 'dev';
  draft.settings.outside = false;
  const dev = await runChecks(worldOf(draft), { domains: [] });
  for (const { id, finding } of dev) {
    const { needs, of, server } = CHECKS[id];
    if (needs.length > 0) assert.equal(finding, 'dev', id);
    else if (of === 'domain') assert.equal(finding, 'no-domain', id);
    else if (server) assert.equal(finding, 'no-server', id);
  }
  draft.settings.mode = 'serve';
  draft.settings.outside = true;
  const ids = CHECK_IDS.filter((id) => CHECKS[id].server);
  const without = await runChecks(worldOf(draft), { ids, domains: draft.domains });
  for (const { id, finding, status } of without) {
    assert.equal(finding, 'no-server', id);
    assert.equal(status, 'unknown', id);
  }
});

test('what could not be found out is never told as well, and never as wrong', () => {
  for (const id of CHECK_IDS)
    for (const finding of CHECKS[id].also)
      assert.match(textOf(id, finding).status, /^(unknown|warn|skip)$/, `${id} ${finding}`);
});

/** Ports are the system's, ages of certificates are real time, keys are made anew. */
function steady(line: string): string {
  return line
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/\b(smtp|submissions?|imaps?|https?|pop3) \(\d+\)/g, '$1 (PORT)')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/\b20\d\d-\d\d-\d\d\b/g, 'DATE');
}

for (const language of ['en', 'ja'] as const) {
  after(async () => golden(language));
}

/** Written anew with HIKYAKU_GOLDEN=write. */
async function golden(language: Language): Promise<void> {
  const options = {
    language,
    hostname: HOST,
    columns: 100,
    style: (_: string, text: string) => text,
    since: () => undefined,
    documentation: '',
    showsEvidence: false,
    showsFamilies: false,
  };
  const lines = found.flatMap((result) => formatResult(result, options).map(steady).concat(''));
  for (const line of lines)
    assert.doesNotMatch(line, /(?<![.。])[.][.。]$/, 'a sentence ends once');
  const file = new URL(`golden/${language}.txt`, import.meta.url);
  if (process.env['HIKYAKU_GOLDEN'] === 'write') await writeFile(file, lines.join('\n'));
  assert.equal(lines.join('\n'), await readFile(file, 'utf8'));
}
