/**
 * The commands on the pages 2.1 to 2.8, one after the other on one server, as `lab start` shows them: after each page its lesson is passed. What
 * a person would type into a prompt, read off an answer or find out by themselves is put in here.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { untilSeen } from '../../support/lab/own-domain.ts';
import { peer, swaksPeer } from '../../support/peers/installed.ts';
import { runPeer } from '../../support/peers/run.ts';
import { eventually, PASSWORD, PROGRAM } from '../../support/program/running-server.ts';

const needed = [swaksPeer(), peer('dig', 'dnsutils')];
const skip = needed.find((one) => one.skip !== false)?.skip ?? false;

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** The commands of the page, with the domain and the addresses of this learner. */
async function commandsOf(lesson: string): Promise<string[]> {
  const [started] = await learner.server.json('lab', 'start', lesson);
  const blocks = [...String(started!['steps']).matchAll(/^```sh\n([^]*?)^```$/gm)];
  return blocks
    .flatMap(([, block]) => block!.trim().split('\n'))
    .filter((line) => !/ lab (?:start|check) /.test(line));
}

async function type(command: string): Promise<void> {
  const { server } = learner;
  const line = command
    .replaceAll('bin/hikyaku', PROGRAM)
    .replaceAll('127.0.0.1:2587', `127.0.0.1:${server.ports.submission}`)
    .replace(/(account add \S+)/, `$1 --password-file ${server.passwordFile}`)
    .replace(/^swaks /, `swaks --auth-password ${PASSWORD} `);
  const before = await judged();
  const env = Object.entries(server.env).map(([name, value]) => `${name}=${value}`);
  const { code, output } = await runPeer('/usr/bin/env', [
    ['-C', server.home],
    env,
    ['/bin/sh', '-c', line],
  ]);
  // 1 is a no that the page tells of: what is refused, not passed, not well
  const expected = /^(?:swaks|dig) /.test(command) ? [0] : [0, 1];
  assert.ok(expected.includes(code), `${line}: exit ${code}\n${output}`);
  // a person looks at what became of a letter before they go on
  if (command.startsWith('swaks '))
    await eventually(`${command} is judged`, async () => (await judged()) > before);
}

async function judged(): Promise<number> {
  const [row] = await learner.server.query<{ count: number }>(
    'select count(*)::int as count from lab.provider_traces',
  );
  return row!.count;
}

/** The id of the newest trace at bigmail of mail that came from a host. */
async function judgedFrom(lastNumbers: string): Promise<string> {
  const [row] = await learner.server.query<{ id: string }>(
    `select id from lab.provider_traces where facts->'client'->>'ip' = $1 order by at desc, id desc limit 1`,
    [`${learner.prefix}.${lastNumbers}`],
  );
  return row!.id;
}

/** What a person reads off an answer, or finds out, by the lesson. */
const FOUND_OUT: Readonly<Record<string, (command: string) => Promise<string> | string>> = {
  '2.4': async (command) => {
    if (command.includes(' trace ID ')) return command.replace(' ID ', ` ${await newestSent()} `);
    return command.replace('…your terms…', 'mx include:eu._spf.mailtools.test');
  },
  '2.5': newestOfHana,
  '2.7': async (command) => {
    if (command.includes(' why ID '))
      return command.replace(' ID ', ` ${await judgedFrom('66.5')} `);
    return command;
  },
  '2.8': async (command) => {
    if (command.includes(' forward=ID ')) {
      const said = { spf: 'softfail', dkim: 'pass', dmarc: 'pass', by: 'dkim' };
      return answer('forward', await judgedFrom('9.25'), said);
    }
    if (command.includes(' list=ID ')) {
      const said = { spf: 'pass', dkim: 'body', dmarc: 'fail', why: 'not-aligned' };
      return answer('list', await judgedFrom('9.26'), said);
    }
    return (await newestOfHana(command)).replace(/ ID$/, ` ${await judgedFrom('9.25')}`);
  },
};

async function newestSent(): Promise<string> {
  const to = ['--to', 'hana@bigmail.test', '--since', '1h'];
  const [newest] = await learner.server.json<{ messageId: string }>('message', 'find', ...to);
  return newest!.messageId;
}

async function newestOfHana(command: string): Promise<string> {
  const [newest] = await learner.server.json('lab', 'mailbox', 'hana@bigmail.test');
  return command.replace(/(hana@bigmail\.test) 1\b/, `$1 ${String(newest?.['id'])}`);
}

function answer(way: string, id: string, said: Readonly<Record<string, string>>): string {
  const given = Object.entries(said).map(([name, value]) => `${way}-${name}=${value}`);
  return ['bin/hikyaku lab answer 2.8', `${way}=${id}`, ...given].join(' ');
}

for (const lesson of ['2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7', '2.8']) {
  test(`${lesson}: whoever types what its page says passes`, { skip }, async () => {
    const put = FOUND_OUT[lesson] ?? ((command: string) => command);
    for (const command of await commandsOf(lesson)) await type(await put(command));
    await untilSeen(learner, lesson);
  });
}
