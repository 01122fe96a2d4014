/**
 * Days of warm-up at three providers, with mistakes in them, twice: the same seed and the same mail, in another order and side by side, come to
 * the same counts of each day, provider, verdict and reply code, and to the same reputation.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chance } from '#lab/people/person';
import {
  startProviderStage,
  type Letter,
  type ProviderStage,
} from '../../../../test/support/lab/providers.ts';

const PROVIDERS = ['bigmail', 'hottest', 'purple'];
const DAYS = 7;
/** Side by side. */
const LANES = 8;

const LIST = [
  'List-Id: <news.good.test>',
  'List-Unsubscribe: <https://good.test/leave>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
];

/** What goes to a provider on a day: a plan that doubles, with one day far too fast and one with a bought list. */
function mailOf(day: number, provider: string): Omit<Letter, 'by'>[] {
  const planned = Math.min(20, 5 * 2 ** Math.floor(day / 2));
  const count = day === 4 ? planned * 5 : planned;
  const isBought = day === 5;
  return Array.from({ length: count }, (_, index) => {
    const number = String(1 + ((day * 97 + index) % 900)).padStart(4, '0');
    const name = index % 17 === 16 ? `gone${number}` : `${isBought ? 'guest' : 'reader'}${number}`;
    return { to: `${name}@${provider}.test`, more: LIST };
  });
}

async function days(seed: number, order: string): Promise<object> {
  await using stage = await startProviderStage({ seed });
  const by = stage.sender('good.test');
  for (let day = 0; day < DAYS; day++) {
    const letters = PROVIDERS.flatMap((provider) => mailOf(day, provider))
      .map((letter, index) => ({ letter: { ...letter, by }, at: chance(day, order, index) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ letter }) => letter);
    const lane = async (): Promise<void> => {
      for (let letter = letters.pop(); letter !== undefined; letter = letters.pop())
        await stage.send(letter);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await stage.providers.endOfDay();
  }
  await stage.providers.settle();
  return await stateOf(stage);
}

async function stateOf({ ground: { pool }, providers }: ProviderStage): Promise<object> {
  const { rows: counted } = await pool.query(
    `select provider, kind, day::text, counts, codes, quota, score from lab.provider_days order by 1, 2, 3`,
  );
  const { rows: judged } = await pool.query(
    `select provider, at::date::text as day, verdict, code, enhanced, count(*)::int from lab.provider_traces
     group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
  );
  const { memory } = providers;
  const standing = PROVIDERS.map((name) => memory.sender(name, 'domain', 'good.test'));
  return { counted, judged, standing };
}

test('the order of mail changes nothing', async () => {
  const [first, again] = [await days(1, 'a'), await days(1, 'b')];
  assert.deepEqual(again, first);
  const replies = JSON.stringify(first);
  for (const code of ['421 4.7.28', '421 4.7.650', '421 4.7.0', '550 5.1.1'])
    assert.ok(replies.includes(code), code);
});
