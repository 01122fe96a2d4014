import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

async function sql<T>(query: string): Promise<T[]> {
  const [answer] = await learner.server.json<T>('lab', 'sql', query).then((rows) => [rows]);
  return answer!;
}

async function refused(query: string): Promise<string> {
  const { code, stderr } = await learner.server.command('lab', 'sql', query);
  assert.notEqual(code, 0, query);
  return stderr;
}

const LATENCIES = `
  select q.fields->>'site' as site, extract(epoch from d.at - q.at) as seconds, (d.fields->>'attempt')::int as attempt
  from delivery_log q join delivery_log d using (message_id, recipient_id)
  where q.type = 'recipient.queued' and d.type = 'attempt.delivered'`;

/** The site of the last question, from its text. */
async function begin(): Promise<string> {
  const [started] = await learner.server.json<{ questions: { name: string; text: string }[] }>(
    'lab',
    'start',
    '3.11',
  );
  const text = started!.questions.find(({ name }) => name === 'failed')!.text;
  return /\w+\.test/.exec(text)![0];
}

async function answers(site: string): Promise<Record<string, string>> {
  const [p95] = await sql<{ p95: number }>(
    `select percentile_cont(0.95) within group (order by seconds) as p95 from (${LATENCIES}) l`,
  );
  const [reason] = await sql<{ status: string }>(
    `select fields->>'status' as status, count(*) from delivery_log where type = 'attempt.deferred'
     group by 1 order by 2 desc limit 1;`,
  );
  const [slowest] = await sql<{ site: string }>(
    `select site from (${LATENCIES}) l group by site
     order by percentile_cont(0.5) within group (order by seconds) desc limit 1 -- the slowest`,
  );
  const [retried] = await sql<{ count: number }>(
    `select count(*) from (${LATENCIES}) l where attempt > 1`,
  );
  const [failed] = await sql<{ share: number }>(
    `select round(100.0 * count(*) filter (where type = 'attempt.failed') /
       count(*) filter (where type = 'recipient.queued'), 1) as share
     from delivery_log where fields->>'site' = '${site}'`,
  );
  return {
    p95: String(p95!.p95),
    reason: reason!.status,
    slowest: slowest!.site,
    retried: String(retried!.count),
    failed: `${failed!.share}%`,
  };
}

test('3.11: five questions are answered by SQL, for another log each time', async () => {
  const before = await answers(await begin()).then(async (given) => {
    await learner.answer('3.11', given);
    const state = await learner.check('3.11');
    assert.deepEqual(state.why, {});
    assert.ok(state.passed);
    return given;
  });
  await begin();
  await learner.answer('3.11', before);
  assert.ok(!(await learner.check('3.11')).passed, 'answers of one log do not fit another');
});

test('3.11: who takes the mean for the percentile, and counts attempts in place of recipients, is not told where he is wrong', async () => {
  const right = await answers(await begin());
  const [mean] = await sql<{ mean: number }>(`select avg(seconds) as mean from (${LATENCIES}) l`);
  const [all] = await sql<{ count: number }>(
    `select count(*) from delivery_log where type = 'attempt.deferred'`,
  );
  await learner.answer('3.11', { ...right, p95: String(mean!.mean), retried: String(all!.count) });
  const state = await learner.check('3.11');
  const every = ['p95', 'reason', 'slowest', 'retried', 'failed'];
  assert.deepEqual(state.missing, every);
  await learner.answer('3.11', { ...right, p95: '1e3' });
  assert.deepEqual((await learner.check('3.11')).missing, every);
});

test('3.11: its SQL reads the log and nothing else, changes nothing, and ends', async () => {
  await begin();
  assert.match(await refused('select * from public.credentials'), /permission denied/);
  assert.match(await refused('select * from lesson_runs'), /permission denied/);
  assert.match(await refused('delete from delivery_log returning id'), /syntax error/);
  const two =
    "select 1) as asked) as told; reset role; select line from (select '' as line from (select 1";
  assert.match(await refused(two), /multiple commands/);
  const back = `select set_config('role', 'hikyaku', true), query_to_xml('select * from public.credentials', true, true, '')`;
  assert.match(await refused(back), /permission denied/);
  assert.match(await refused('select pg_sleep(60)'), /statement timeout/);
  assert.match(await refused("select repeat('x', 100000) as x"), /longer than/);
  assert.match(await refused('select from nowhere'), /nowhere/);
  const many = await sql<{ n: number }>('select generate_series(1, 100000) as n');
  assert.equal(many.length, 200);
});

test('3.11: after reset nothing of it is left', async () => {
  await learner.server.done('lab', 'reset', '3.11');
  const [left] = await sql<{ count: number }>('select count(*) from delivery_log');
  assert.equal(left!.count, 0);
});
