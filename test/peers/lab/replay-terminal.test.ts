/** `hikyaku lab replay` as a person meets it: on a terminal, which script(1) makes, key by key. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { peer } from '../../support/peers/installed.ts';
import {
  eventually,
  PROGRAM,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const script = peer('script', 'bsdutils');

describe('a replay on a terminal', { skip: script.skip }, () => {
  let server: RunningServer;
  before(async () => {
    const prefix = await freeLabPrefix();
    server = await startRunningServer({
      env: { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix },
    });
    const socket = connect(server.ports.smtp, '127.0.0.1').resume();
    socket.end('EHLO me.test\r\nQUIT\r\n');
    await once(socket, 'close');
  });
  after(() => server[Symbol.asyncDispose]());

  /** Types each text once what stands before it was seen. @returns what was shown, with the state of the terminal at the end */
  async function typed(
    command: string,
    keys: readonly (readonly [string, string])[],
  ): Promise<string> {
    const line = `${PROGRAM} ${command} --lang en; stty -a`;
    const child = spawn(script.path, ['-qec', line, '/dev/null'], {
      cwd: server.home,
      env: { ...server.env, LANG: 'C.UTF-8', TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    for (const [text, key] of keys) {
      await eventually(`${JSON.stringify(text)} in ${shown}`, () => shown.includes(text));
      child.stdin.write(key);
    }
    await ended;
    return shown;
  }

  async function session(): Promise<string> {
    const things = await server.json('lab', 'replay');
    return String(things.find(({ kind }) => kind === 'session')!['id']);
  }

  test('each key shows a step in colours, and Ctrl-C leaves the terminal as it was', async () => {
    const shown = await typed(`lab replay ${await session()}`, [
      ['\x1b[1m1/3', '\r'],
      ['\x1b[1m2/3', '\x03'],
    ]);
    assert.doesNotMatch(shown, /\x1b\[1m3\//);
    assert.match(shown, /\s(icanon)\s/);
    assert.match(shown, /\s(echo)\s/);
  });

  test('all the rest comes at once, and ends it', async () => {
    const shown = await typed(`lab replay ${await session()}`, [['\x1b[1m1/3', 'a']]);
    assert.match(shown, /C: QUIT/);
    assert.match(shown, /\s(icanon)\s/);
  });

  test('of the list one is chosen, and Ctrl-C chooses none', async () => {
    const id = await session();
    const shown = await typed('lab replay', [
      ['Which one?', `${id}\r`],
      ['\x1b[1m1/3', 'q'],
    ]);
    assert.match(shown, /\s(icanon)\s/);
    const left = await typed('lab replay', [['Which one?', '\x03']]);
    assert.doesNotMatch(left, /\x1b\[1m1\//);
    assert.match(left, /\s(icanon)\s/);
    assert.match(left, /\s(echo)\s/);
  });
});
