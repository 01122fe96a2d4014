/** What a learner does in the lessons of Phase 3. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FAULT_NAMES, type FaultName } from '#lab/lessons/prepared/hidden-faults';
import { seeded } from '#lab/seeded';
import { failureInText } from '#protocol/bounce/bounce-text';
import { classifyBounce } from '#protocol/bounce/reasons';
import { pass, tried, untilMorning, writeLetter } from '../support/lab/learner-mail.ts';
import type { Learner } from '../support/lab/learner.ts';
import { ownAddress } from '../support/lab/own-domain.ts';
import { eventually } from '../support/program/running-server.ts';
import { importZone } from './phase-2.ts';
import type { Solution } from './solution.ts';

const LIST = 'List-Id: The paper lantern shop <lanterns.example.test>';
const HANA = 'hana@bigmail.test';

export const PHASE_3: Readonly<Record<string, Solution>> = {
  '3.1': async (learner) => {
    const { server } = learner;
    await pass(learner, '2h');
    const id = await writeLetter(learner, HANA);
    await pass(learner, '1m');
    const story = await server.done('message', 'trace', id, '--json');
    const [, refused] = /why\.lab\.test\/(\w+)/.exec(story) ?? [];
    const [newest] = await server.json<{ traceId: string }>('lab', 'mailbox', HANA);
    const [told] = await server.json<Explained>('lab', 'why', refused ?? newest!.traceId);
    const rule = told!.trace.findLast(({ matched }) => matched)!.rule;
    const outcome = told!.code === 250 ? 'spam' : told!.code < 500 ? 'deferred' : 'refused';
    await learner.answer('3.1', { outcome, rule, class: CLASSES[rule]! });
    return { afterwards: () => putBack(learner, '3.1') };
  },
  '3.2': async (learner, { told }) => {
    const reader = /reader\d{4}@grey\.test/.exec(told.join(' '))![0];
    await writeLetter(learner, reader);
    await tried(learner, reader);
    await pass(learner, '8m', '1m');
  },
  '3.3': async (learner) => {
    await field(learner, LIST);
    await sendNewsletter(learner);
    await pass(learner, '30m', '10m');
    await sendNewsletter(learner);
    await pass(learner, '10m', '5m');
  },
  '3.4': async (learner) => {
    for (const domain of PROVIDERS) {
      const plan = ['--first', '10', '--growth', '1.5'];
      await learner.server.done('warm-up', 'start', domain, ...plan);
    }
    for (let day = 0; day < 10; day++) {
      await sendNewsletter(learner);
      await pass(learner, '1d', '1h');
    }
    return { afterwards: () => learner.server.done('warm-up', 'stop') };
  },
  '3.5': async (learner) => {
    await learner.server.command('lab', 'app', 'newsletter', '--gap', '0', '--direct');
    await pass(learner, '1d', '6h');
    const plan = ['--first', '8', '--growth', '1.2'];
    await learner.server.done('warm-up', 'start', 'bigmail.test', ...plan);
    await learner.server.command('lab', 'app', 'newsletter', '--gap', '0');
    await pass(learner, '2d', '1h');
    return { afterwards: () => endPlan(learner) };
  },
  '3.6': async (learner, { told }) => {
    const leaver = /(?:taro|emma|noah)@bigmail\.test/.exec(told.join(' '))![0];
    await field(learner, 'List-Unsubscribe', '--remove');
    await field(learner, 'Precedence', '--remove');
    await field(learner, LIST);
    await sendNewsletter(learner);
    await pass(learner, '5m');
    await learner.server.done('lab', 'unsubscribe', leaver);
    await learner.check('3.6');
    await sendNewsletter(learner);
    await pass(learner, '5m');
  },
  '3.7': async (learner) => {
    await learner.server.done('lab', 'app', 'invite');
    await pass(learner, '3h', '1h');
    await eventually('readers confirmed', async () => {
      const rows = await learner.server.json('lab', 'app', 'confirmations');
      return rows.length === 8;
    });
    await sendNewsletter(learner);
    await pass(learner, '4h', '1h');
    await learner.server.done('lab', 'app', 'readers', '--keep', 'confirmed');
    await pass(learner, '9d', '1d');
    await sendNewsletter(learner);
    await pass(learner, '4h', '1h');
  },
  '3.8': async (learner) => {
    const { server } = learner;
    const own = ownAddress(learner);
    await sendNewsletter(learner);
    await eventually('the block list knows of it', async () => {
      const [row] = await server.json<{ listed: boolean }>('lab', 'dnsbl', own);
      return row?.listed === true;
    });
    await pass(learner, '10m');
    await sendNewsletter(learner);
    await pass(learner, '5m');
    await server.done('lab', 'app', 'readers', '--keep', 'confirmed');
    await pass(learner, '49h', '7h');
    await server.done('lab', 'dnsbl', own, '--remove');
    await pass(learner, '10m');
    for (let day = 0; day < 3; day++) {
      await sendNewsletter(learner);
      await pass(learner, '1d', '6h');
    }
  },
  '3.9': async (learner) => {
    const [mail] = await learner.server.json('mail', 'list', 'alice@example.test');
    const raw = await learner.server.done(
      ...(['mail', 'raw', 'alice@example.test', String(mail!['id'])] as const),
    );
    const bounces = [...raw.matchAll(/^(\d+): (.*?)\r?$/gm)];
    const answers = bounces.map(([, number, text]) => [
      number!,
      classifyBounce(failureInText(text!)!).class,
    ]);
    await learner.answer('3.9', Object.fromEntries(answers));
  },
  '3.10': async ({ server }) => {
    const bad = 'session.authentication-failed';
    const [quiet, incident] = await Promise.all(
      ['quiet', 'incident'].map((day) =>
        server.json<{ event: string; count: number }>('lab', 'recording', day),
      ),
    );
    const [usual, worst] = [quiet, incident].map((rows) =>
      Math.max(...rows!.filter(({ event }) => event === bad).map(({ count }) => count)),
    );
    const limit = String(Math.round((usual! + worst!) / 2));
    const share = 'share of attempt.deferred in attempt.deferred,attempt.delivered >= 40%';
    const add = (...alert: string[]): Promise<string> => server.done('alert', 'add', ...alert);
    await add('spray', '--when', `count of ${bad} >= ${limit}`, '--over', '1h');
    await add('no-mail', '--when', 'nothing of message.received', '--over', '3h');
    await add('put-off', '--when', share, '--least', '40', '--per', 'site');
  },
  '3.11': async (learner, { questions }) => {
    const text = questions.find(({ name }) => name === 'failed')!.text;
    await learner.answer('3.11', await readLog(learner, /\w+\.test/.exec(text)![0]));
  },
  '3.12': async (learner, { seed }) => {
    const fault = seeded(seed).pick(FAULT_NAMES);
    await writeLetter(learner, HANA).catch(() => undefined);
    await pass(learner, '3h', '1h');
    await learner.answer('3.12', { fault });
    await repair(learner, fault);
    await pass(learner, '12h', '6h');
    await writeLetter(learner, HANA);
    await pass(learner, '3h', '1h');
  },
  '3.13': async (learner) => {
    const { server } = learner;
    const file = path.join(server.home, 'runbook.md');
    await writeFile(file, RUNBOOK);
    await server.done('alert', 'change', 'deferrals', '--runbook', `${file}#symptom`);
    await learner.answer('3.13', { file });
  },
};

/** A page as one who was on call would write it. */
const RUNBOOK = `# Runbook: deferrals

## Symptom

The alert deferrals is on: more than 40 % of all attempts at one site are put off.

## Impact

Readers at this provider wait for their mail; it may wait four hours before they notice.

## Diagnosis

\`bin/hikyaku alert show deferrals\` names the site, \`bin/hikyaku queue list SITE\` shows its replies.

## Repair

4.7.28: slow down.

\`\`\`sh
hikyaku warm-up start SITE
hikyaku doctor
\`\`\`

## Verification

\`hikyaku alert list\` says that it is off, and the queue gets shorter within an hour.

## Escalation

After two hours: the owner of the newsletter, who stops the issue; then the postmaster.
`;

/** Before these the learner waits for a new day. */
export const IN_THE_MORNING: ReadonlySet<string> = new Set(['3.1', '3.4', '3.5', '3.7']);
export { untilMorning };

interface Explained {
  readonly code: number;
  readonly trace: readonly { readonly rule: string; readonly matched: boolean }[];
}

/** The rule that kept the letter out → what kind of fault that is. */
const CLASSES: Readonly<Record<string, string>> = {
  unauthenticated: 'authentication',
  'no-ptr': 'reverse-name',
  'rate-ip': 'rate',
  'spam-reputation': 'reputation',
};

const PROVIDERS = ['bigmail.test', 'hottest.test', 'purple.test'] as const;

/** What was broken is forgotten elsewhere within two hours. */
async function putBack(learner: Learner, lesson: string): Promise<void> {
  await learner.server.done('lab', 'reset', lesson);
  await pass(learner, '2h');
}

/** What the plan of lesson 3.5 holds back goes with it. */
async function endPlan({ server }: Learner): Promise<void> {
  await server.done('warm-up', 'stop', 'bigmail.test');
  await server.done('queue', 'remove', 'bigmail.test', '--silent');
  await server.done('lab', 'reset', '3.5');
}

async function field({ server }: Learner, ...how: string[]): Promise<void> {
  await server.done('lab', 'app', 'field', ...how);
}

async function sendNewsletter({ server }: Learner): Promise<void> {
  await server.done('lab', 'app', 'newsletter', '--gap', '0');
}

const LATENCIES = `
  select q.fields->>'site' as site, extract(epoch from d.at - q.at) as seconds, (d.fields->>'attempt')::int as attempt
  from delivery_log q join delivery_log d using (message_id, recipient_id)
  where q.type = 'recipient.queued' and d.type = 'attempt.delivered'`;

async function readLog({ server }: Learner, site: string): Promise<Record<string, string>> {
  const sql = async (query: string): Promise<string> => {
    const [row] = await server.json<{ value: string | number }>('lab', 'sql', query);
    return String(row!.value);
  };
  const ofSite = `
    select round(100.0 * count(*) filter (where type = 'attempt.failed') /
      count(*) filter (where type = 'recipient.queued'), 1) as value
    from delivery_log where fields->>'site' = '${site}'`;
  return {
    p95: await sql(
      `select percentile_cont(0.95) within group (order by seconds) as value from (${LATENCIES}) l`,
    ),
    reason: await sql(
      `select fields->>'status' as value from delivery_log where type = 'attempt.deferred' group by 1 order by count(*) desc limit 1`,
    ),
    slowest: await sql(
      `select site as value from (${LATENCIES}) l group by site order by percentile_cont(0.5) within group (order by seconds) desc limit 1`,
    ),
    retried: await sql(`select count(*) as value from (${LATENCIES}) l where attempt > 1`),
    failed: await sql(ofSite),
  };
}

async function repair(learner: Learner, fault: FaultName): Promise<void> {
  const { server } = learner;
  const own = ownAddress(learner);
  const nameServers = ['ns1.dnshost.test', 'ns2.dnshost.test'];
  switch (fault) {
    case 'ptr':
      await server.done('lab', 'isp', 'ptr', own, 'mail.example.test');
      return;
    case 'name-servers':
      await server.done('lab', 'registrar', 'ns', 'example.test', ...nameServers);
      return;
    case 'route':
      await server.done('route', 'remove', 'bigmail.test');
      return;
    case 'block-list':
      // who was on it before has to be quiet for longer
      await eventually('the block list takes it off', async () => {
        await pass(learner, '25h', '5h');
        return (await server.command('lab', 'dnsbl', own, '--remove')).code === 0;
      });
      return;
    case 'account':
      await server.done('account', 'enable', 'alice@example.test');
      return;
    case 'ban':
      await server.done('ban', 'remove', `${learner.prefix}.1.26`);
      return;
    case 'address':
    case 'dkim-key':
    case 'dkim-missing':
    case 'mx':
    case 'spf-address':
    case 'spf-twice':
      await importZone(learner);
  }
}
