/** What a learner does in the lessons of Phase 2, one after the other on one domain of their own. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { base64, utf8 } from '#bytes';
import { TEXTS, type CheckId } from '#mail/doctor/texts';
import { ask as askDns } from '#lab/dns/recursor/ask';
import { TYPE } from '#lab/dns/wire/record-types';
import type { Learner } from '../support/lab/learner.ts';
import { LineSocket } from '../support/sockets/line-socket.ts';
import {
  ask,
  AUTHOR,
  buy,
  DOMAIN,
  ownAddress,
  pass,
  publish,
  receive,
  untilSeen,
  vouchByDkim,
  vouchBySpf,
  write,
} from '../support/lab/own-domain.ts';
import { eventually, PASSWORD } from '../support/program/running-server.ts';
import { connectSubmissions } from '../support/smtp/login.ts';
import type { Solution } from './solution.ts';

const AUTH = `AUTH PLAIN ${base64(utf8(`\0alice@example.test\0${PASSWORD}`))}`;
const HANA = 'hana@bigmail.test';

export const PHASE_2: Readonly<Record<string, Solution>> = {
  '2.1': async (learner) => {
    await buy(learner);
    await learner.answer('2.1', { domain: DOMAIN });
    for (const [name, type] of [
      [DOMAIN, TYPE.NS],
      [`mail.${DOMAIN}`, TYPE.A],
    ] as const)
      await askDns(name, type, {
        address: `${learner.prefix}.0.53`,
        port: 5353,
        localAddress: '127.0.0.1',
        recursive: true,
        patience: 10_000,
        signal: AbortSignal.timeout(10_000),
      });
  },
  '2.2': async (learner) => {
    await receive(learner);
    await learner.server.command('lab', 'letter', `nobody@${DOMAIN}`);
    await learner.server.done('lab', 'letter', AUTHOR);
  },
  '2.3': async (learner) => {
    await vouchBySpf(learner);
    await pass(learner, '2h');
    await write(learner, HANA);
    await untilSeen(learner, '2.3', 'put-off');
    await learner.server.done('lab', 'isp', 'ptr', ownAddress(learner), 'mail.example.test');
    await pass(learner, '1h');
  },
  '2.4': async (learner) => {
    await vouch(learner, 'include:_spf.mailtools.test', 'mx');
    await write(learner, HANA);
    await untilSeen(learner, '2.4', 'trap');
    await vouch(learner, 'mx', 'include:eu._spf.mailtools.test');
    await write(learner, HANA);
  },
  '2.5': async (learner) => {
    await vouchByDkim(learner);
    await write(learner, HANA);
    await untilSeen(learner, '2.5', 'pass');
    await write(learner, 'hana+scratch@forward.test');
    await untilSeen(learner, '2.5', 'broken');
    await write(learner, 'hana@forward.test');
  },
  '2.6': async (learner) => {
    await raise(learner, 'p=none');
    await sendAndWait(learner, HANA);
    await sendAndWait(learner, 'ella@purple.test');
    await endDay(learner);
    await raise(learner, 'p=quarantine');
    await sendAndWait(learner, HANA);
    await endDay(learner);
    await raise(learner, 'p=reject');
    await sendAndWait(learner, HANA);
  },
  '2.7': async (learner) => {
    await raise(learner, 'p=none');
    const spoof = ['lab', 'mallory', 'spoof', `boss@${DOMAIN}`];
    await learner.server.command(...spoof);
    await write(learner, HANA);
    await raise(learner, 'p=reject');
    await learner.server.command(...spoof);
    await write(learner, HANA);
  },
  '2.8': async (learner) => {
    await raise(learner, 'p=none');
    await write(learner, 'hana@forward.test', 'By a forwarder');
    await write(learner, 'tea@circle.test', 'By a list');
    const [forward, list] = [
      await newest(learner, 'By a forwarder'),
      await newest(learner, '[tea] By a list'),
    ];
    await learner.answer('2.8', {
      forward,
      'forward-spf': 'softfail',
      'forward-dkim': 'pass',
      'forward-dmarc': 'pass',
      'forward-by': 'dkim',
      list,
      'list-spf': 'pass',
      'list-dkim': 'body',
      'list-dmarc': 'fail',
      'list-why': 'not-aligned',
    });
  },
  '2.9': async (learner) => {
    await certificates(learner);
    await using client = await LineSocket.connect(learner.server.ports.submission);
    await client.restOfReply();
    await client.ask('EHLO localhost');
    await client.ask('STARTTLS');
    await client.startTls();
    for (const line of ['EHLO localhost', AUTH, 'MAIL FROM:<alice@example.test>'])
      await client.ask(line);
    await client.ask('RCPT TO:<bob@example.test>');
    await renew(learner);
    await learner.check('2.9');
    await client.ask('DATA');
    await client.ask('Subject: written across a renewal\r\n\r\nOn it goes.\r\n.');
    await client.ask('QUIT');
  },
  '2.10': async (learner) => {
    const { server } = learner;
    await server.command('lab', 'mallory', 'downgrade');
    const how = ['--mode', 'enforce', '--max-age', '604800', '--force'];
    await server.done('domain', 'mta-sts', 'example.test', ...how);
    await importZone(learner);
    await pass(learner, '2h');
    await server.command('lab', 'mallory', 'downgrade');
    await pass(learner, '1h');
    await untilSeen(learner, '2.10', 'arrived');
    await pass(learner, '1d');
    await eventually('the report comes', async () => {
      await pass(learner, '1h');
      return (await learner.check('2.10')).passed;
    });
  },
  '2.11': async (learner) => {
    await certificates(learner);
    const lab = (...args: string[]): Promise<string> => learner.server.done('lab', ...args);
    const said = await lab('dns', 'sign', 'example.test');
    const ds = /^DS +(\d+ 13 2 [0-9a-f]+)$/m.exec(said)![1]!;
    await pass(learner, '10m');
    await lab('registrar', 'ds-add', 'example.test', ds);
    await pass(learner, '2h');
    await learner.start('2.11');
    await publishKeys(learner);
    await learner.check('2.11');
    await learner.check('2.11');
    await renew(learner, '--new-key');
    await learner.check('2.11');
    await publishKeys(learner);
  },
  '2.12': async (learner) => {
    const { smtp, submission, submissions } = learner.server.ports;
    const envelope = ['MAIL FROM:<alice@example.test>', 'RCPT TO:<bob@example.test>'];
    await probe(smtp, ['MAIL FROM:<>', 'RCPT TO:<bob@example.test>', `RCPT TO:<${HANA}>`]);
    await probe(submission, envelope);
    {
      await using client = await connectSubmissions(submissions);
      await client.ask(envelope[0]!);
      await client.ask('QUIT');
    }
    {
      await using client = await LineSocket.connect(submissions);
      client.write('EHLO localhost\r\n');
      // an alert of TLS may come, which is no line, and then the end
      await client.line().catch(() => undefined);
    }
    await learner.answer('2.12', {
      '25-tls': 'starttls',
      '25-auth': 'never',
      '25-mail': '250',
      '587-tls': 'starttls',
      '587-auth': 'tls',
      '587-mail': '530',
      '465-tls': 'implicit',
      '465-auth': 'tls',
      '465-mail': '530',
    });
  },
  '2.13': async (learner) => {
    const { server } = learner;
    await server.done('lab', 'mallory', 'spray');
    await server.done('lab', 'mallory', 'flood');
    const [ban] = await server.json<Record<string, string>>('ban', 'list');
    const { network, since, until } = ban!;
    const minutes = String((Date.parse(until!) - Date.parse(since!)) / 60_000);
    const type = ['--type', 'command.refused'];
    const refused = await server.json<LoggedEvent>('lab', 'log', ...type, '--within', '1h');
    const tooFast = refused.findLast(({ fields }) => fields['reason'] === 'too-fast');
    const visitor = ['--name', 'Hanako', '--email', 'hanako@peer.test', '--message', 'Open?'];
    await server.done('lab', 'app', 'contact', ...visitor);
    const flooder = tooFast!.personal['client']!;
    await learner.answer('2.13', { sprayer: network!, flooder, minutes });
  },
  '2.14': async (learner, { firstEvent }) => {
    const rows = await learner.server.json<LoggedEvent>('lab', 'log', '--limit', '5000');
    const found = new Map<string, LoggedEvent[]>();
    for (const row of rows.filter(({ id }) => Number(id) > firstEvent)) {
      const address = row.personal['client'] ?? row.personal['network'] ?? '';
      if (address.startsWith(`${learner.prefix}.`))
        found.set(address, [...(found.get(address) ?? []), row]);
    }
    // many lines from one place, or told to slow down
    const [first, second, third] = [...found.values()]
      .filter(
        (events) =>
          events.length >= 4 || events.some(({ fields }) => fields['reason'] === 'too-fast'),
      )
      .map(([event]) => event!.id);
    await learner.answer('2.14', { first: first!, second: second!, third: third! });
  },
  '2.15': async (learner, { questions, told }) => {
    const { server } = learner;
    await server.command('lab', 'dns', 'remove', 'example.test', '@', 'CAA');
    await importZone(learner);
    await importZone(learner, DOMAIN);
    await server.done('lab', 'isp', 'ptr', ownAddress(learner), 'mail.example.test');
    await pass(learner, '2h');
    // the name is there since a moment, and was asked for before in vain
    await server.command('certificate', 'renew', `mta-sts.${DOMAIN}`, '--force');
    const why = 'it is of this machine, or comes with a later lesson';
    const list = told.find((text) => text.startsWith('What a warning leads to'))!;
    const answers = questions.map(({ name }) => {
      const before = list.slice(0, list.indexOf(`) ${TEXTS[name as CheckId].why.en}`));
      return [name, `${before.slice(before.lastIndexOf('(') + 1)}: ${why}`];
    });
    await learner.answer('2.15', Object.fromEntries(answers));
  },
};

/** What the server itself says that its zone should be. */
export async function importZone({ server }: Learner, domain = 'example.test'): Promise<void> {
  const file = path.join(server.home, 'zone');
  await writeFile(file, await server.done('domain', 'dns', domain, '--format', 'zone'));
  await server.done('lab', 'dns', 'import', domain, file);
  // what belongs into the zone of the host stands there as a comment, for whoever has that zone
  const text = await readFile(file, 'utf8');
  for (const [, data] of text.matchAll(/^; +mail\.example\.test\. IN CAA (.+)$/gm))
    await server.done('lab', 'dns', 'set', 'example.test', 'mail.example.test', 'CAA', data!);
}

interface LoggedEvent {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly personal: Readonly<Record<string, string>>;
}

async function vouch(learner: Learner, ...terms: string[]): Promise<void> {
  await publish(learner, '@', 'TXT', `"v=spf1 ${terms.join(' ')} ~all"`);
  await pass(learner, '10m');
}

async function raise(learner: Learner, policy: string): Promise<void> {
  await ask(learner, policy);
  await pass(learner, '10m');
}

/** Sends, and waits until the provider has judged it. */
async function sendAndWait(learner: Learner, to: string): Promise<void> {
  const judged = async (): Promise<number> =>
    (
      await learner.server.query(
        `select id from lab.provider_traces where reverse_path like '%@${DOMAIN}'`,
      )
    ).length;
  const before = await judged();
  await write(learner, to);
  await eventually('it is judged', async () => (await judged()) > before);
}

/** Lets the day end, and the reports come in. */
async function endDay(learner: Learner): Promise<void> {
  const reports = async (): Promise<number> =>
    (await learner.server.json('dmarc', 'reports', '--domain', DOMAIN)).length;
  const before = await reports();
  await learner.server.done('lab', 'end-of-day');
  await eventually('the reports are taken in', async () => {
    await pass(learner, '10m');
    return (await reports()) > before;
  });
}

/** The id that the newest message in hana's mailbox was judged by. */
function newest(learner: Learner, subject: string): Promise<string> {
  return eventually(`${subject} arrives`, async () => {
    const mails = await learner.server.json('lab', 'mailbox', HANA);
    const found = mails.find((mail) => String(mail['subject']).endsWith(subject));
    return found && String(found['traceId']);
  });
}

/** Of the server’s own name. */
async function certificates({ server }: Learner): Promise<void> {
  await eventually('the certificate', async () => {
    const { code } = await server.command('certificate', 'show', 'mail.example.test');
    return code === 0;
  });
}

async function renew({ server }: Learner, ...how: string[]): Promise<void> {
  await server.done('certificate', 'renew', 'mail.example.test', '--force', ...how);
}

/** Of the key in use, and of the one after it. */
async function publishKeys(learner: Learner): Promise<void> {
  const [shown] = await learner.server.json('certificate', 'show', 'mail.example.test');
  const { tlsa, nextTlsa } = shown!['certificate'] as { tlsa: string; nextTlsa: string };
  const records = [`3 1 1 ${tlsa}`, `3 1 1 ${nextTlsa}`];
  const name = '_25._tcp.mail.example.test';
  await learner.server.done('lab', 'dns', 'set', 'example.test', name, 'TLSA', ...records);
  await pass(learner, '2h');
}

/** What `smtp probe` says: EHLO, STARTTLS, EHLO, and the lines. */
async function probe(port: number, lines: readonly string[]): Promise<void> {
  await using client = await LineSocket.connect(port);
  await client.restOfReply();
  await client.ask('EHLO localhost');
  await client.ask('STARTTLS');
  await client.startTls();
  await client.ask('EHLO localhost');
  for (const line of lines) await client.ask(line);
  await client.ask('QUIT');
}
