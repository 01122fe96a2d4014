/** `hikyaku setup` and the first `hikyaku serve` as a person meets them: on a terminal, which script(1) makes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { peer } from '../support/peers/installed.ts';
import {
  eventually,
  PASSWORD,
  PROGRAM,
  prepareServer,
  type RunningServer,
} from '../support/program/running-server.ts';

const script = peer('script', 'bsdutils');

/** Talks to a command on a terminal: waits for a text, then types a line. */
async function talk(
  server: RunningServer,
  command: string,
  lines: readonly (readonly [RegExp, string])[],
  until: RegExp,
): Promise<string> {
  const child = spawn(script.path, ['-qec', `${PROGRAM} ${command}`, '/dev/null'], {
    cwd: server.home,
    env: { ...server.env, LANG: 'C.UTF-8', TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  for (const [prompt, line] of lines) {
    await eventually(String(prompt), () => prompt.test(said));
    child.stdin.write(`${line}\n`);
  }
  await eventually(String(until), () => until.test(said), 60);
  child.stdin.write('\x03');
  child.stdin.end();
  await ended;
  return said;
}

const ANSWERS = [
  [/Your mail address/, 'me@here.test'],
  [/The name of this host.*\[mail\.here\.test\]/, ''],
  [/yes or no/, 'no'],
  [/Password for me@here\.test: /, PASSWORD],
  [/Once more: /, PASSWORD],
] as const;

test(
  'setup asks what it has to know, and never shows the password',
  { skip: script.skip },
  async () => {
    await using server = await prepareServer({
      mode: 'serve',
      env: { HIKYAKU_DNS: '127.0.0.1:9' },
    });
    const said = await talk(server, 'setup --no-doctor', ANSWERS, /hikyaku doctor --mode serve/);
    assert.match(said, /Domain here\.test: added/);
    assert.match(said, /Account me@here\.test: added/);
    assert.match(said, /10 mail\.here\.test\./);
    // not a sign of it, and none of it twice
    assert.match(said, /Password for me@here\.test: \r?\n/);
    assert.match(said, /Once more: \r?\n/);
  },
);
