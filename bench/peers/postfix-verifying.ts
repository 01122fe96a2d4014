/**
 * Postfix with what Debian has for judging strangers, as a contender: policyd-spf asked at RCPT, then OpenDKIM and OpenDMARC as
 * milters on unix sockets, none of them writing a log. They ask a caching DNS server on this machine, but OpenDKIM has the key in a file:
 * Debian's asks by libunbound and dies of it, with a general protection fault, as soon as several sessions do at once. Needs root, for a DNS
 * server in the place of /etc/resolv.conf's.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOpendkim } from '../../test/support/peers/opendkim.ts';
import { peer } from '../../test/support/peers/installed.ts';
import { seeing } from '../../test/support/peers/resolv-conf.ts';
import type { Contender } from '../contender.ts';
import { postfixToMaildir } from './postfix.ts';

const AUTHSERV_ID = 'postfix.test';

export interface VerifyingOptions {
  readonly mailboxes: readonly string[];
  /** The address of the DNS server, on port 53. */
  readonly nameserver: string;
  /** `selector._domainkey.example.test` → the text of its TXT record. */
  readonly keys: Readonly<Record<string, string>>;
  /** Looks at a message of each mailbox after a run. @throws Error where it was not verified */
  readonly verified: (message: string) => void;
}

export async function postfixVerifying(
  parent: string,
  { mailboxes, nameserver, keys, verified }: VerifyingOptions,
): Promise<Contender> {
  await using parts = new AsyncDisposableStack();
  const home = await mkdtemp(path.join(parent, 'verifying-'));
  await chmod(home, 0o755);
  parts.defer(() => rm(home, { recursive: true, force: true }));
  const resolvConf = path.join(home, 'resolv.conf');
  await writeFile(resolvConf, `nameserver ${nameserver}\n`);
  const opendkim = parts.use(
    await startOpendkim({ mode: 'verify', records: keys, authservId: AUTHSERV_ID }),
  );
  const opendmarc = parts.use(await startOpendmarc(home, resolvConf));
  const postfix = parts.use(
    await postfixToMaildir(parent, mailboxes, {
      milter: [opendkim.socket, opendmarc.socket],
      resolvConf,
      services: [await policyService(home)],
      settings: {
        smtpd_recipient_restrictions: 'check_policy_service unix:private/policyd-spf',
        'policyd-spf_time_limit': '3600',
      },
    }),
  );
  const kept = parts.move();
  return {
    ...postfix,
    name: 'Postfix + policyd-spf + OpenDKIM + OpenDMARC',
    processes: () => ({
      server: [...postfix.processes().server, opendkim.pid, opendmarc.pid],
      database: [],
    }),
    async check() {
      for (const folder of postfix.folders) {
        const newest = (await readdir(folder)).sort().at(-1)!;
        verified(await readFile(path.join(folder, newest), 'latin1'));
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The line of master.cf: a process for each session of Postfix that asks. */
async function policyService(home: string): Promise<string> {
  const program = peer('policyd-spf', 'postfix-policyd-spf-python').path;
  if (program === '') throw new Error('postfix-policyd-spf-python is not installed');
  const file = path.join(home, 'policyd-spf.conf');
  const settings = {
    debugLevel: '-1',
    // by default it does not judge the loopback
    skip_addresses: '192.0.2.255/32',
    Header_Type: 'AR',
    Authserv_Id: AUTHSERV_ID,
  };
  await writeFile(file, lines(settings, ' = '));
  return `policyd-spf unix - n n - 0 spawn user=nobody argv=${program} ${file}`;
}

async function startOpendmarc(
  home: string,
  resolvConf: string,
): Promise<AsyncDisposable & { readonly socket: string; readonly pid: number }> {
  const [socket, hosts] = [path.join(home, 'opendmarc.sock'), path.join(home, 'hosts')];
  const file = path.join(home, 'opendmarc.conf');
  // by default it does not judge the loopback
  await writeFile(hosts, '192.0.2.255\n');
  const settings = {
    Background: 'no',
    Syslog: 'no',
    Socket: `local:${socket}`,
    UMask: '000',
    AuthservID: AUTHSERV_ID,
    TrustedAuthservIDs: AUTHSERV_ID,
    IgnoreHosts: hosts,
    RejectFailures: 'yes',
    PublicSuffixList: '/usr/share/publicsuffix/public_suffix_list.dat',
  };
  await writeFile(file, lines(settings, ' '));
  const program = peer('opendmarc').path;
  if (program === '') throw new Error('opendmarc is not installed');
  const [command, ...args] = seeing(resolvConf, [program, '-f', '-c', file]);
  const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (const deadline = performance.now() + 10_000; !existsSync(socket); await delay(20))
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`OpenDMARC did not start: ${said}`);
  return {
    socket,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function lines(settings: Readonly<Record<string, string>>, between: string): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}${between}${value}\n`)
    .join('');
}
