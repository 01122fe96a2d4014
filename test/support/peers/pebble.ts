/**
 * Pebble, the certificate authority for tests of Let's Encrypt, with its DNS server for tests, on loopback ports that were free. It drops
 * what it knows when it ends, and refuses some nonces by chance.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificateFor } from '../certificates/self-signed.ts';
import { freePort } from '../machine/loopback-port.ts';
import { peer } from './installed.ts';
import { eventually } from '../program/running-server.ts';

export const pebblePeer = peer('pebble');

export interface PebbleOptions {
  /** Percent of good nonces that are refused; 5 unless told, as Pebble has it. */
  readonly nonceReject?: number;
  /** Key identifiers and MAC keys, where accounts must be bound to one. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Percent of valid authorizations that need not be proved again; none unless told. */
  readonly authorizationReuse?: number;
}

export class Pebble implements AsyncDisposable {
  readonly directory: string;
  /** PEM file of the roots by which Pebble's own server is known. */
  readonly caFile: string;
  /** Where it looks for the answers to HTTP-01 and TLS-ALPN-01. */
  readonly httpPort: number;
  readonly tlsPort: number;
  /** Of the DNS server that it asks. */
  readonly dnsPort: number;
  readonly #folder: string;
  readonly #management: number;
  readonly #dnsManagement: number;
  readonly #options: PebbleOptions;
  #pebble: ChildProcess | undefined;
  #dns: ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[], options: PebbleOptions) {
    const [acme, management, http, tls, dns, dnsManagement] = ports;
    this.#folder = folder;
    this.#options = options;
    this.directory = `https://localhost:${acme}/dir`;
    this.caFile = path.join(folder, 'ca.pem');
    this.#management = management!;
    this.httpPort = http!;
    this.tlsPort = tls!;
    this.dnsPort = dns!;
    this.#dnsManagement = dnsManagement!;
  }

  static async start(options: PebbleOptions = {}): Promise<Pebble> {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-pebble-'));
    const ports: number[] = [];
    while (ports.length < 6) ports.push(await freePort());
    const pebble = new Pebble(folder, ports, options);
    const { cert, key } = await certificateFor('localhost');
    await writeFile(pebble.caFile, cert);
    await writeFile(path.join(folder, 'key.pem'), key);
    await writeFile(
      path.join(folder, 'config.json'),
      JSON.stringify({
        pebble: {
          listenAddress: `127.0.0.1:${ports[0]}`,
          managementListenAddress: `127.0.0.1:${ports[1]}`,
          certificate: pebble.caFile,
          privateKey: path.join(folder, 'key.pem'),
          httpPort: pebble.httpPort,
          tlsPort: pebble.tlsPort,
          ocspResponderURL: '',
          externalAccountBindingRequired: options.externalAccounts !== undefined,
          externalAccountMACKeys: options.externalAccounts ?? {},
        },
      }),
    );
    await pebble.#startDns();
    await pebble.restart();
    return pebble;
  }

  /** Starts it anew: it has forgotten accounts, orders and its own root. */
  async restart(): Promise<void> {
    await this.stop();
    const { nonceReject = 5, authorizationReuse = 0 } = this.#options;
    this.#pebble = spawn(
      pebblePeer.path,
      [
        '-config',
        path.join(this.#folder, 'config.json'),
        '-dnsserver',
        `127.0.0.1:${this.dnsPort}`,
      ],
      {
        stdio: 'ignore',
        env: {
          PEBBLE_VA_NOSLEEP: '1',
          PEBBLE_WFE_NONCEREJECT: String(nonceReject),
          PEBBLE_AUTHZREUSE: String(authorizationReuse),
        },
      },
    );
    await eventually('Pebble answers', () => this.root().catch(() => undefined));
  }

  /** It is down until `restart`. */
  async stop(): Promise<void> {
    await ended(this.#pebble);
    this.#pebble = undefined;
  }

  /** The root of what it issues, in PEM. */
  root(): Promise<string> {
    return this.#get('/roots/0');
  }

  /** Where the management of its DNS server listens, for hooks. */
  get dnsManagement(): string {
    return `http://127.0.0.1:${this.#dnsManagement}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await ended(this.#dns);
    await rm(this.#folder, { recursive: true });
  }

  async #startDns(): Promise<void> {
    const program = peer('pebble-challtestsrv', 'pebble');
    const none = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
    const dns = ['-dns01', `127.0.0.1:${this.dnsPort}`];
    const management = ['-management', `127.0.0.1:${this.#dnsManagement}`];
    this.#dns = spawn(program.path, [...none, ...dns, ...management], { stdio: 'ignore', env: {} });
    await eventually('its DNS server answers', () =>
      fetch(this.dnsManagement).then(
        () => true,
        () => false,
      ),
    );
  }

  #get(page: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const url = `https://127.0.0.1:${this.#management}${page}`;
    request(url, { rejectUnauthorized: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    })
      .on('error', reject)
      .end();
    return promise;
  }
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
