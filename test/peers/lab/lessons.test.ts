/** The commands on the pages of Phase 1 as they stand there, with telnet, openssl and swaks, against a server in the practice Internet. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { LESSONS } from '#lab/lessons/lessons';
import { readPage } from '#lab/lessons/pages';
import { startLearner, type Learner } from '../../support/lab/learner.ts';
import { peer, swaksPeer } from '../../support/peers/installed.ts';
import { runPeer } from '../../support/peers/run.ts';
import { eventually, PASSWORD } from '../../support/program/running-server.ts';

const telnet = peer('telnet');
const openssl = peer('openssl');
const swaks = swaksPeer();

let learner: Learner;
before(async () => {
  learner = await startLearner();
});
after(() => learner[Symbol.asyncDispose]());

/** The blocks of a page that are fenced as `kind`, in order. */
async function blocks(lesson: string, kind: 'sh' | 'text'): Promise<string[]> {
  const { sections } = await readPage(LESSONS.get(lesson)!, 'en');
  const fenced = new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, 'gm');
  return [...sections.steps.matchAll(fenced)].map(([, block]) => block!.trimEnd());
}

/**
 * Types what a person would, waiting for the answer to each command; what was said at last.
 * @param greets false: the program hears the greeting itself
 */
async function typeInto(command: readonly string[], text: string, greets = true): Promise<string> {
  const [program, ...args] = command;
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (said += more));
  child.stderr.setEncoding('utf8').on('data', () => {});
  const answered = (after: string): Promise<true> =>
    eventually(`an answer to "${after}"`, () => /^\d{3} .*\r?\n/m.test(said));
  try {
    if (greets) await answered('');
    let content = false;
    for (const line of text.split('\n')) {
      if (!content || line === '.') said = '';
      child.stdin.write(`${line}\n`);
      if (line === '.') content = false;
      if (!content) await answered(line);
      if (line === 'DATA') content = true;
    }
    await ended;
    return said;
  } finally {
    child.kill('SIGKILL');
  }
}

function port(of: 'smtp' | 'submission' | 'submissions'): string {
  return String(learner.server.ports[of]);
}

test('1.1 with telnet, line by line', { skip: telnet.skip }, async () => {
  await learner.start('1.1');
  const [typed] = await blocks('1.1', 'text');
  await typeInto([telnet.path, 'localhost', port('smtp')], typed!);
  const state = await learner.check('1.1');
  assert.deepEqual(state.missing, []);
});

test(
  '1.2 with telnet: what is out of order and what cannot be read',
  { skip: telnet.skip },
  async () => {
    await learner.start('1.2');
    const [, typed] = await blocks('1.2', 'text');
    await typeInto([telnet.path, 'localhost', port('smtp')], typed!);
    assert.deepEqual((await learner.check('1.2')).seen, ['order', 'syntax']);
  },
);

const skipsTls = telnet.skip || openssl.skip;

test('1.4 with telnet and openssl s_client', { skip: skipsTls }, async () => {
  await learner.start('1.4');
  const auth = base64(utf8(`\0alice@example.test\0${PASSWORD}`));
  const own = (text: string): string => text.replaceAll(/^AUTH PLAIN .*$/gm, `AUTH PLAIN ${auth}`);
  const [inClear, startTls, implicit] = await blocks('1.4', 'text');
  await typeInto([telnet.path, 'localhost', port('submission')], own(inClear!));
  const client = [openssl.path, 's_client', '-crlf', '-quiet'];
  const starts = ['-starttls', 'smtp', '-connect', `localhost:${port('submission')}`];
  await typeInto([...client, ...starts], own(startTls!), false);
  await typeInto([...client, '-connect', `localhost:${port('submissions')}`], own(implicit!));
  const state = await learner.check('1.4');
  assert.deepEqual(state.missing, []);
});

test('1.5 with telnet first, then mallory', { skip: telnet.skip }, async () => {
  await learner.start('1.5');
  const [typed] = await blocks('1.5', 'text');
  await typeInto([telnet.path, 'localhost', port('smtp')], typed!);
  assert.deepEqual((await learner.check('1.5')).seen, []);
  await learner.server.done('lab', 'mallory', 'relay');
  assert.deepEqual((await learner.check('1.5')).missing, []);
});

test('1.7: the letter that swaks sends', { skip: swaks.skip }, async () => {
  await learner.start('1.7');
  const commands = (await blocks('1.7', 'sh')).flatMap((block) => block.split('\n'));
  const command = commands
    .find((line) => line.startsWith('swaks ') && line.includes('--to bob@'))!
    .replace('swaks ', `${swaks.path} `)
    .replace('2587', port('submission'))
    .replace('$HIKYAKU_DEV_PASSWORD', PASSWORD);
  const { code, output } = await runPeer('/bin/sh', ['-c', command]);
  assert.equal(code, 0, output);
  await eventually('the letter arrives', async () =>
    (await learner.check('1.7')).seen.includes('sent'),
  );
});
