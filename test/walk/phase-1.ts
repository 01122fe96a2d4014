/** What a learner does in the lessons of Phase 1, by the command line and the ports of a running server. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { base64, utf8 } from '#bytes';
import { splitHeader, fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import { decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { eachPart } from '#protocol/message/body/each-part';
import { fileName } from '#protocol/message/body/file-name';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import type { Learner } from '../support/lab/learner.ts';
import { typeLines } from '../support/lab/lesson-world.ts';
import { LineSocket } from '../support/sockets/line-socket.ts';
import { eventually, PASSWORD } from '../support/program/running-server.ts';
import { connectSubmissions, login } from '../support/smtp/login.ts';
import type { Solution } from './solution.ts';

const AUTH = `AUTH PLAIN ${base64(utf8(`\0alice@example.test\0${PASSWORD}`))}`;
const ENVELOPE = [
  'EHLO localhost',
  'MAIL FROM:<carol@friends.test>',
  'RCPT TO:<bob@example.test>',
  'DATA',
] as const;

export const PHASE_1: Readonly<Record<string, Solution>> = {
  '1.1': async ({ server }) => {
    const letter = 'From: Carol <carol@friends.test>\nSubject: By hand\n\nHello Bob.\n.';
    await typeLines(server.ports.smtp, [...ENVELOPE, letter, 'QUIT']);
  },
  '1.2': async (learner) => {
    const { smtp } = learner.server.ports;
    // it takes five minutes until the server gives up on this one: other lessons go on meanwhile
    const silent = await beginContent(smtp, 'Subject: no dot\r\n\r\nI never end.\r\n');
    const mistakes = ['MAIL FROM:carol@friends.test', `NOOP ${'x'.repeat(3000)}`, 'QUIT'];
    await typeLines(smtp, ['MAIL FROM:<carol@friends.test>', 'EHLO localhost', ...mistakes]);
    {
      await using client = await beginContent(smtp, 'Subject: bare LF\r\n\r\none\ntwo\r\n.\r\n');
      await client.restOfReply();
    }
    const codes = { order: '503', syntax: '501', line: '500', lf: '554 5.6.0', dot: '421' };
    await learner.answer('1.2', codes);
    const waits = eventually('the server gives up', () => silent.unread !== '', 360).finally(() =>
      silent.destroy(),
    );
    return { waits };
  },
  '1.3': async (learner) => {
    const { server } = learner;
    const account = 'carol@example.test';
    const file = path.join(server.home, 'carols-password');
    await writeFile(file, 'paper lantern\n', { mode: 0o600 });
    await server.done('account', 'add', account, '--password-file', file);
    const [row] = await server.json<{ argon2: string }>('lab', 'row', account);
    for (const password of ['paper lantern', row!.argon2]) {
      await using client = await connectSubmissions(server.ports.submissions);
      await login(client, { mechanism: 'PLAIN', username: account, password });
    }
    await learner.answer('1.3', { account, salt: row!.argon2.split('$')[4]! });
  },
  '1.4': async ({ server }) => {
    await typeLines(server.ports.submission, ['EHLO localhost', AUTH, 'QUIT']);
    await using underStartTls = await LineSocket.connect(server.ports.submission);
    await underStartTls.restOfReply();
    await underStartTls.ask('EHLO localhost');
    await underStartTls.ask('STARTTLS');
    await underStartTls.startTls();
    await underStartTls.ask('EHLO localhost');
    await underStartTls.ask(AUTH);
    await using underTls = await connectSubmissions(server.ports.submissions);
    await underTls.ask(AUTH);
  },
  '1.5': async ({ server }) => void (await server.done('lab', 'mallory', 'relay')),
  '1.6': async (learner) => {
    await learner.configureApp();
    const form = { name: '花子', email: 'hanako@peer.test', message: '日曜日は開いていますか。' };
    const body = new URLSearchParams(form);
    await fetch(`http://${learner.prefix}.8.10:8080/contact`, { method: 'POST', body });
  },
  '1.7': async (learner) => {
    await learner.answer('1.7', readWords(await newest(learner, 3)));
    const transport = createTransport({
      host: '127.0.0.1',
      port: learner.server.ports.submissions,
      secure: true,
      auth: { user: 'alice@example.test', pass: PASSWORD },
      tls: { rejectUnauthorized: false },
    });
    const letter = { subject: '提灯の注文', text: '提灯を一つお願いします。' };
    await transport.sendMail({ from: 'alice@example.test', to: 'bob@example.test', ...letter });
  },
  '1.8': async (learner) => {
    const [letter] = await newest(learner, 1);
    await learner.answer('1.8', readPath(Buffer.from(letter!).toString('latin1')));
  },
  '1.9': async (learner) => {
    const { server } = learner;
    const before = await taken(learner);
    const newsletter = server.command('lab', 'app', 'newsletter', '--gap', '100');
    await eventually('the app has begun', async () => (await taken(learner)) > before + 3);
    process.kill(server.postmaster()!, 'SIGQUIT');
    await newsletter;
    await server.ready();
    const retry = () => server.command('lab', 'app', 'retry', '--gap', '0');
    await eventually('the app gets rid of all', async () => (await retry()).code === 0);
    // an attempt that was under way with the database comes back when its lease has ended: other lessons go on meanwhile
    const passed = async (): Promise<boolean> =>
      (await learner.check('1.9')).passed || (await delay(2000, false));
    return { waits: eventually('what was under way comes back', passed, 200) };
  },
};

async function beginContent(port: number, octets: string): Promise<LineSocket> {
  const client = await LineSocket.connect(port);
  await client.restOfReply();
  for (const line of ENVELOPE) await client.ask(line);
  client.write(octets);
  return client;
}

/** The newest letters of alice's, the oldest of them first. */
async function newest({ server }: Learner, count: number): Promise<Uint8Array[]> {
  const mails = await server.json('mail', 'list', 'alice@example.test');
  const wanted = mails.slice(0, count).toReversed();
  return Promise.all(
    wanted.map(async ({ id }) => {
      const [shown] = await server.json('mail', 'show', 'alice@example.test', String(id));
      return Buffer.from(String(shown!['source']), 'base64');
    }),
  );
}

/** The words of the three letters as a mail program reads them. */
function readWords(letters: readonly Uint8Array[]): Record<string, string> {
  const [first, second, third] = letters as [Uint8Array, Uint8Array, Uint8Array];
  const subject = fieldsNamed(splitHeader(first), 'Subject')[0]!;
  const inside = (text: string): string => /「(.+)」/.exec(text)![1]!;
  const [file, oldfile] = [...eachPart(parseStructure(third).part)].flatMap(
    (part) => fileName(part) ?? [],
  );
  return {
    subject: inside(decodeEncodedWords(fieldValue(first, subject))),
    body: inside(partText(second, parseStructure(second).part, 1000)),
    file: file!.replace('.txt', ''),
    oldfile: oldfile!.replace('.txt', ''),
  };
}

interface Hop {
  readonly address: string;
  readonly by: string;
  readonly how: string;
  readonly at: number;
}

/** What a reader makes of the Received fields, from the bottom to the top. */
function readPath(letter: string): Record<string, string> {
  const unfolded = letter.split('\r\n\r\n')[0]!.replaceAll(/\r\n[ \t]+/g, ' ');
  const hops = [...unfolded.matchAll(/^Received: (.*)$/gm)]
    .map(([, field]): Hop => {
      const [, address] = /^from \S+ .*?\[([\d.]+)\]/.exec(field!)!;
      const [, by, how] = / by (\S+) .*?with (\S+)/.exec(field!)!;
      return { address: address!, by: by!, how: how!, at: Date.parse(field!.split(';').at(-1)!) };
    })
    .toReversed();
  const waits = hops
    .slice(1)
    .map(({ at }, index) => ({ by: hops[index]!.by, waited: at - hops[index]!.at }));
  return {
    client: hops[0]!.address,
    first: hops[0]!.by,
    hops: String(hops.length),
    clear: hops.slice(0, -1).find(({ how }) => how === 'ESMTP')!.by,
    slowest: waits.reduce((most, wait) => (wait.waited > most.waited ? wait : most)).by,
  };
}

async function taken({ server }: Learner): Promise<number> {
  const [shown] = await server.json<{ sends: { outcome: string }[] }>('lab', 'app', 'show');
  return shown!.sends.filter(({ outcome }) => outcome === 'taken').length;
}
