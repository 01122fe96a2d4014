/**
 * A small DNS of the test's own: a zone that is signed (ldns-signzone) and one that is not, on an authoritative server (NSD), behind a
 * resolver that validates (Unbound) with that zone's key as its only trust anchor. On loopback ports; nothing else is asked, and
 * nothing is remembered between questions. What is changed is signed anew and served at once.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StubResolver } from '#clients/dns/stub-resolver';
import { systemClock } from '#clock';
import { freePort } from '../machine/loopback-port.ts';
import { peer, type Peer } from './installed.ts';
import { runPeer } from './run.ts';

export const SIGNED = 'signed.test';
export const UNSIGNED = 'unsigned.test';

/** Lines of a zone file; names are relative to the zone: `mx 1 IN A 192.0.2.1`. */
export type Records = readonly string[];

/** Whether what this needs is installed, for the `skip` of a test. */
export function signedDnsPeer(): Pick<Peer, 'skip'> {
  const programs = [
    peer('unbound'),
    peer('nsd'),
    peer('ldns-signzone', 'ldnsutils'),
    peer('ldns-keygen', 'ldnsutils'),
  ];
  return programs.find(({ skip }) => skip !== false) ?? { skip: false };
}

export class SignedDns implements AsyncDisposable {
  readonly #folder: string;
  readonly #authority: number;
  readonly #port: number;
  readonly #programs: ChildProcess[] = [];
  #key = '';
  #serial = 0;
  #nsd: ChildProcess | undefined;

  static async start(signed: Records, unsigned: Records): Promise<SignedDns> {
    const folder = await mkdtemp(path.join(tmpdir(), 'signed-dns-'));
    const dns = new SignedDns(folder, await freePort(), await freePort());
    try {
      await dns.#makeKey();
      await dns.#write(signed, unsigned);
      await dns.#startPrograms();
    } catch (error) {
      await dns[Symbol.asyncDispose]();
      throw error;
    }
    return dns;
  }

  private constructor(folder: string, authority: number, port: number) {
    this.#folder = folder;
    this.#authority = authority;
    this.#port = port;
  }

  /** Asks the validating resolver, whose AD bit counts, and remembers nothing. */
  resolver(): StubResolver {
    return resolverAt(this.#port);
  }

  /**
   * Replaces both zones.
   * @param forged changes the signed zone after it was signed, as an attacker would who has no key
   */
  async change(
    signed: Records,
    unsigned: Records,
    forged: (zone: string) => string = (zone) => zone,
  ): Promise<void> {
    await this.#write(signed, unsigned, forged);
    this.#nsd!.kill('SIGHUP');
    await this.#served();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) {
      if (program.exitCode !== null || program.signalCode !== null) continue;
      program.kill('SIGTERM');
      await once(program, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeKey(): Promise<void> {
    const keygen = peer('ldns-keygen', 'ldnsutils').path;
    const made = await runPeer('/bin/sh', [
      '-c',
      `cd "$1" && exec "$2" -a ECDSAP256SHA256 -k ${SIGNED}`,
      'sh',
      this.#folder,
      keygen,
    ]);
    if (made.code !== 0) throw new Error(made.output);
    this.#key = made.output.trim().split('\n')[0]!;
  }

  async #write(
    signed: Records,
    unsigned: Records,
    forged: (zone: string) => string = (zone) => zone,
  ): Promise<void> {
    this.#serial++;
    const plain = this.#file(SIGNED);
    await writeFile(plain, this.#zone(SIGNED, signed));
    const signing = await runPeer(peer('ldns-signzone', 'ldnsutils').path, [
      ['-o', SIGNED, '-f', `${plain}.signed`],
      plain,
      this.#file(this.#key),
    ]);
    if (signing.code !== 0) throw new Error(signing.output);
    await writeFile(`${plain}.served`, forged(await readFile(`${plain}.signed`, 'utf8')));
    await writeFile(`${this.#file(UNSIGNED)}.served`, this.#zone(UNSIGNED, unsigned));
  }

  #zone(name: string, records: Records): string {
    return [
      `$ORIGIN ${name}.`,
      `@ 1 IN SOA ns root ${this.#serial} 3600 600 86400 1`,
      '@ 1 IN NS ns',
      'ns 1 IN A 127.0.0.1',
      ...records,
      '',
    ].join('\n');
  }

  async #startPrograms(): Promise<void> {
    const zone = (name: string): string =>
      `zone:\n  name: "${name}"\n  zonefile: "${this.#file(name)}.served"\n`;
    await writeFile(
      this.#file('nsd.conf'),
      `server:
  ip-address: 127.0.0.1@${this.#authority}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${this.#folder}"
  pidfile: "${this.#file('nsd.pid')}"
  logfile: "${this.#file('nsd.log')}"
  xfrdfile: "${this.#file('xfrd.state')}"
  zonelistfile: "${this.#file('zone.list')}"
  zonefiles-check: yes
remote-control:
  control-enable: no
${zone(SIGNED)}${zone(UNSIGNED)}`,
    );
    const stub = (name: string): string =>
      `stub-zone:\n  name: "${name}"\n  stub-addr: 127.0.0.1@${this.#authority}\n`;
    await writeFile(
      this.#file('unbound.conf'),
      `server:
  interface: 127.0.0.1@${this.#port}
  port: ${this.#port}
  do-ip6: no
  username: ""
  chroot: ""
  directory: "${this.#folder}"
  pidfile: ""
  logfile: "${this.#file('unbound.log')}"
  use-syslog: no
  do-daemonize: no
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  module-config: "validator iterator"
  trust-anchor-file: "${this.#file(this.#key)}.key"
  local-zone: "test." nodefault
  domain-insecure: "${UNSIGNED}"
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  val-bogus-ttl: 0
  infra-host-ttl: 1
  num-threads: 1
remote-control:
  control-enable: no
${stub(SIGNED)}${stub(UNSIGNED)}`,
    );
    this.#nsd = this.#spawn('nsd', '-d', '-c', this.#file('nsd.conf'));
    this.#spawn('unbound', '-d', '-c', this.#file('unbound.conf'));
    await this.#served();
  }

  #spawn(name: string, ...args: readonly string[]): ChildProcess {
    const program = spawn(peer(name).path, args, { stdio: 'ignore' });
    this.#programs.push(program);
    return program;
  }

  /** Until the resolver gives the serial of the last change; the unsigned zone shows it, whatever was forged. */
  async #served(): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      using authority = resolverAt(this.#authority);
      using resolver = resolverAt(this.#port);
      const answers = await Promise.all([
        authority.resolve(SIGNED, 'SOA'),
        resolver.resolve(UNSIGNED, 'SOA'),
      ]);
      const serials = answers.map((one) => (one.kind === 'records' ? one.records[0]!.serial : -1));
      if (serials.every((serial) => serial === this.#serial)) return;
      if (performance.now() > deadline) throw new Error(await this.#logs());
      await delay(50);
    }
  }

  async #logs(): Promise<string> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.log'));
    const texts = await Promise.all(names.map((name) => readFile(this.#file(name), 'utf8')));
    return `the DNS does not answer:\n${texts.join('\n')}`;
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

function resolverAt(port: number): StubResolver {
  let id = 0;
  return new StubResolver({
    servers: [{ address: '127.0.0.1', port, trusted: true }],
    clock: systemClock,
    randomId: () => (id = (id * 7919 + 4711) % 0x1_0000),
    cacheSize: 0,
  });
}
