/**
 * A program for a network namespace in which every address of the Internet is this machine: a recorder sits at the ports of mail, DNS, the web and
 * time, and a practice Internet is led outside in every way that its learner has. Prints one JSON object: what the recorder heard.
 *
 *     unshare --net sh -c 'ip link set lo up && ip route add local default dev lo && exec node test/support/lab/whole-internet.ts'
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { startLearner, type Learner } from './learner.ts';
import { write } from './own-domain.ts';
import { eventually } from '../program/running-server.ts';

const TCP = [25, 53, 80, 443, 465, 587, 853, 993, 5432, 11_333];
const UDP = [53, 123, 443, 853];
const OUTSIDE = '192.0.2.25';
const OUTSIDE_6 = '2001:db8::25';
const ALICE = 'alice@example.test';

export interface Siege {
  /** `tcp 192.0.2.25:25`; of a datagram the port alone. */
  readonly heard: readonly string[];
  /** Heard of the two that were sent to see whether the recorder hears. */
  readonly control: readonly string[];
  /** Hosts that the guard and the dialer said they kept from. */
  readonly kept: readonly string[];
  /** Recipients whose first attempt is over. */
  readonly attempted: readonly string[];
  /** What peer.test heard of its own letter: empty where it has no Postfix. */
  readonly peer: string;
}

const heard: string[] = [];

async function record(): Promise<void> {
  for (const port of TCP) {
    const server = createServer((socket) => {
      heard.push(`tcp ${socket.localAddress}:${port}`);
      socket.on('error', () => {}).destroy();
    }).listen(port, '::');
    await once(server, 'listening');
  }
  for (const port of UDP) {
    const socket = createSocket('udp6').on('message', () => heard.push(`udp ${port}`));
    socket.bind(port, '::');
    await once(socket, 'listening');
  }
}

/** Whether the recorder hears what goes outside. */
async function control(): Promise<string[]> {
  await once(connect(25, OUTSIDE).resume(), 'close');
  createSocket('udp4').send('x', 53, OUTSIDE);
  await eventually('what was sent outside', async () => heard.length === 2);
  return heard.splice(0);
}

async function lead(learner: Learner): Promise<void> {
  const { server } = learner;
  const lab = (...words: string[]): Promise<string> => server.done('lab', ...words);
  const here = ['ns1.dnshost.test', 'ns2.dnshost.test'];
  for (const domain of ['two.test', 'three.test']) {
    await lab('registrar', 'buy', domain);
    await lab('registrar', 'ns', domain, ...(domain === 'two.test' ? here : ['ns.two.test']));
  }
  await lab('dns', 'set', 'two.test', '@', 'MX', '10 mx.two.test.');
  await lab('dns', 'set', 'two.test', 'mx.two.test', 'A', OUTSIDE, '127.0.0.53');
  await lab('dns', 'set', 'two.test', 'mx.two.test', 'AAAA', OUTSIDE_6, `::ffff:${OUTSIDE}`);
  await lab('dns', 'set', 'two.test', 'ns.two.test', 'A', OUTSIDE);
  await lab('dns', 'set', 'two.test', 'mta-sts.two.test', 'A', OUTSIDE);
  await lab('dns', 'set', 'two.test', '_mta-sts.two.test', 'TXT', '"v=STSv1; id=1"');
  await lab('clock', '10m');
  await server.done('route', 'set', 'four.test', '--host', OUTSIDE);
  await server.done('route', 'set', 'five.test', '--host', `::ffff:${OUTSIDE}`);
  await server.done('route', 'set', 'six.test', '--host', 'mx.example.com', '--port', '587');
}

async function siege(): Promise<Siege> {
  await record();
  const sent = await control();
  await using learner = await startLearner([], {
    HIKYAKU_ACME_DIRECTORY: `https://${OUTSIDE}/directory`,
    HIKYAKU_ACME_TERMS_AGREED: 'true',
    HIKYAKU_RSPAMD_URL: `http://${OUTSIDE}:11333`,
    HIKYAKU_DOCTOR_PUBLIC_RESOLVER: OUTSIDE,
    HIKYAKU_DOCTOR_TIME_SERVER: OUTSIDE,
    HIKYAKU_DOCTOR_DNS_LISTS: 'list.two.test=major',
    HIKYAKU_DOCTOR_RDAP: `https://${OUTSIDE}/`,
    HIKYAKU_DOCTOR_RELEASES: `https://${OUTSIDE}/`,
    HIKYAKU_DOCTOR_NODE_RELEASES: `https://${OUTSIDE}/`,
    HIKYAKU_DOCTOR_PROBE: `https://${OUTSIDE}/`,
  });
  const { server } = learner;
  await lead(learner);
  const recipients = ['two', 'three', 'four', 'five', 'six'].map((name) => `x@${name}.test`);
  for (const recipient of [...recipients, 'x@example.com'])
    await write(learner, recipient, 'Out', ALICE);
  const letter = await server.command('lab', 'letter', 'x@two.test', '--json');
  await server.command('doctor');
  await server.command('doctor', '--domain', 'two.test');
  const attempted = await eventually('attempts', async () => {
    const rows = await server.query<{ path: string }>(
      `select distinct personal->>'forwardPath' as path from events
       where type in ('attempt.deferred', 'attempt.failed', 'recipient.failed') order by 1`,
    );
    const paths = rows.map(({ path }) => path);
    return recipients.every((one) => paths.includes(one)) && paths;
  });
  const log = await readFile(server.logFile, 'utf8');
  const kept = [
    ...log.matchAll(
      /"host":"([^"]+)"[^\n]*lab\.kept-inside|lab\.kept-inside[^\n]*"host":"([^"]+)"/g,
    ),
  ];
  return {
    heard,
    control: sent,
    kept: [...new Set(kept.map((match) => match[1] ?? match[2]!))].sort(),
    attempted,
    peer: letter.stdout,
  };
}

process.stdout.write(`${JSON.stringify(await siege())}\n`, () => process.exit(0));
