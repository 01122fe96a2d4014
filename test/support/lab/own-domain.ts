/** A learner's own domain, as the lessons of Phase 2 leave it one after the other: what each does in its reference solution, done by the command line. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { Learner, LessonState } from './learner.ts';
import { eventually, PASSWORD } from '../program/running-server.ts';

export const DOMAIN = 'hanako.test';
export const AUTHOR = `hello@${DOMAIN}`;

/** Lets time of the calendar pass. */
export async function pass({ server }: Learner, time: string): Promise<void> {
  await server.done('lab', 'clock', time);
}

export function ownAddress({ prefix }: Learner): string {
  return `${prefix}.25.25`;
}

/** Sets records of the domain; caches are to keep them for five minutes. */
export async function publish(
  { server }: Learner,
  name: string,
  type: string,
  ...values: string[]
): Promise<void> {
  await server.done('lab', 'dns', 'set', DOMAIN, name, type, ...values, '--ttl', '300');
}

/** To the hosting company, where the zone lies. */
export async function delegate({ server }: Learner): Promise<void> {
  await server.done('lab', 'registrar', 'ns', DOMAIN, 'ns1.dnshost.test', 'ns2.dnshost.test');
}

/** Lesson 2.1. */
export async function buy(learner: Learner): Promise<void> {
  await learner.server.done('lab', 'registrar', 'buy', DOMAIN);
  await delegate(learner);
  await publish(learner, `mail.${DOMAIN}`, 'A', ownAddress(learner));
  await pass(learner, '10m');
}

/** The server takes the domain, with one account in it. */
export async function host({ server }: Learner): Promise<void> {
  await server.done('domain', 'add', DOMAIN);
  const file = path.join(server.home, 'own-password');
  await writeFile(file, `${PASSWORD}\n`, { mode: 0o600 });
  await server.done('account', 'add', AUTHOR, '--password-file', file);
}

/** Lesson 2.2. */
export async function receive(learner: Learner): Promise<void> {
  await host(learner);
  await publish(learner, '@', 'MX', `10 mail.${DOMAIN}.`);
  await pass(learner, '10m');
}

/** Lesson 2.4. */
export async function vouchBySpf(learner: Learner): Promise<void> {
  await publish(learner, '@', 'TXT', '"v=spf1 mx ~all"');
  await pass(learner, '10m');
}

/** Lesson 2.5. */
export async function vouchByDkim(learner: Learner): Promise<void> {
  await importRecords(learner, await learner.server.done('dkim', 'list', DOMAIN));
  await pass(learner, '10m');
}

/** Lessons 2.6 and 2.7: a policy of DMARC, with an address for reports. */
export async function ask(learner: Learner, policy: string): Promise<void> {
  const record = `"v=DMARC1; ${policy}; rua=mailto:postmaster@${DOMAIN}"`;
  await publish(learner, `_dmarc.${DOMAIN}`, 'TXT', record);
}

export async function importRecords({ server }: Learner, zone: string): Promise<void> {
  const file = path.join(server.home, 'records.zone');
  await writeFile(file, zone);
  await server.done('lab', 'dns', 'import', DOMAIN, file);
}

/** Hands in a message as a mail program does. */
export async function write(
  { server }: Learner,
  to: string,
  subject = 'Greetings from my own domain',
  from = AUTHOR,
): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submissions,
    secure: true,
    auth: { user: from, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  await transport.sendMail({ from, to, subject, text: 'Hello, this is the first line.\n' });
}

/** Checks a lesson until it is passed, or `key` of it is seen: mail is on its way for a moment. */
export async function untilSeen(learner: Learner, lesson: string, key?: string): Promise<void> {
  let last: LessonState | undefined;
  await eventually(`${lesson} ${key ?? 'passed'}`, async () => {
    last = await learner.check(lesson);
    return key === undefined ? last.passed : last.seen.includes(key);
  }).catch((error: unknown) => {
    throw new Error(JSON.stringify(last), { cause: error });
  });
}

/** The same, until a check says what there is in place of `key`. */
export function toldWhy(learner: Learner, lesson: string, key: string): Promise<string> {
  return eventually(`why ${key} is missing`, async () => (await learner.check(lesson)).why[key]);
}
