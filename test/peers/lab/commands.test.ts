/**
 * README.md's section on the practice Internet, command by command as it stands there, and the learning plan's own: `telnet`, `dig MX`,
 * `openssl s_client`. On the ports that it names where those are free; elsewhere its numbers are exchanged for those of the server.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { peer, swaksPeer } from '../../support/peers/installed.ts';
import { runPeer } from '../../support/peers/run.ts';
import {
  eventually,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const USUAL = { network: '127.20', smtp: 2525, submission: 2587 };
const needed = [swaksPeer(), peer('dig', 'dnsutils'), peer('openssl'), peer('telnet')];
const skip = needed.find((one) => one.skip !== false)?.skip ?? false;

let server: RunningServer;
let network: string;
before(async () => {
  const usual =
    (await isFree(USUAL.network + '.0.53', 5353)) &&
    (await isFree('127.0.0.1', USUAL.smtp)) &&
    (await isFree('127.0.0.1', USUAL.submission));
  network = usual ? USUAL.network : await freeLabPrefix();
  const ports = {
    HIKYAKU_SMTP_PORT: String(USUAL.smtp),
    HIKYAKU_SUBMISSION_PORT: String(USUAL.submission),
  };
  const env = { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: network, ...(usual && ports) };
  server = await startRunningServer({ env });
});
after(() => server[Symbol.asyncDispose]());

async function isFree(host: string, port: number): Promise<boolean> {
  const listener = createServer();
  listener.listen(port, host);
  const [event] = await Promise.race([
    once(listener, 'listening').then(() => ['free']),
    once(listener, 'error').then(() => ['taken']),
  ]);
  listener.close();
  return event === 'free';
}

/** Commands of the shell blocks of a section, each with its continuation lines. */
async function commandsOf(heading: string): Promise<string[]> {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  const section = readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const blocks = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'));
}

/** As this server's ports and addresses are. */
function here(command: string): string {
  const { smtp, submission } = Object.fromEntries(
    ['SMTP', 'SUBMISSION'].map((name) => [name.toLowerCase(), server.env[`HIKYAKU_${name}_PORT`]!]),
  ) as { smtp: string; submission: string };
  return command
    .replaceAll(`${USUAL.network}.`, `${network}.`)
    .replaceAll(`--port ${USUAL.submission}`, `--port ${submission}`)
    .replaceAll(`localhost ${USUAL.smtp}`, `localhost ${smtp}`);
}

async function run(command: string, input = ''): Promise<{ code: number; output: string }> {
  const env = Object.entries(server.env).map(([name, value]) => `${name}=${value}`);
  const shell = ['-C', ROOT, ...env, '/bin/sh', '-c', here(command)];
  return runPeer('/usr/bin/env', shell, input);
}

/** Commands whose answer is not yes: a lesson that is not done, a doctor who finds something. */
const MAY_SAY_NO = new Set(['bin/hikyaku lab check 1.1', 'bin/hikyaku doctor']);

test('the section on the practice Internet does what it says', { skip }, async (t) => {
  const commands = await commandsOf('The practice Internet');
  assert.ok(commands.length >= 15);
  for (const command of commands) {
    const { code, output } = await run(command);
    const expected = MAY_SAY_NO.has(command) ? [0, 1] : [0];
    assert.ok(expected.includes(code), `${command}: exit ${code}\n${output}`);
    if (command.startsWith('dig '))
      assert.match(output, /^bigmail\.test\..*MX\s+10 mx\.bigmail\.test\.$/m);
    if (command.startsWith('openssl ')) assert.match(output, /Protocol version: TLSv1\.3/);
    if (!command.startsWith('swaks ')) continue;
    await eventually('hana has the letter', async () =>
      (await server.done('lab', 'mailbox', 'hana@bigmail.test')).includes('Hello Hana'),
    );
  }
  t.diagnostic(`${commands.length} commands, on ${network}`);
});

test('telnet and openssl speak to the server itself', { skip }, async () => {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  const telnet = /^telnet localhost 2525$/m.exec(readme);
  assert.ok(telnet, 'README.md has the command');
  // telnet ends with its input; this has no end, so that the server's does
  const keys = path.join(server.home, 'keys');
  const typed = `mkfifo ${keys} && exec 3<>${keys} && printf 'EHLO localhost\\nQUIT\\n' >&3`;
  const { output } = await run(`${typed} && ${telnet[0]} <${keys}`);
  assert.match(output, /^220 mail\.example\.test/m);
  assert.match(output, /^250 /m);
  const port = server.env['HIKYAKU_SMTP_PORT']!;
  const client = `openssl s_client -starttls smtp -connect localhost:${port} -brief < /dev/null`;
  assert.match((await run(client)).output, /Protocol version: TLSv1\.3/);
});
