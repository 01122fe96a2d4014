/**
 * A node that orders certificates in a test, without the servers around it: keeper and challenges on a database, with one
 * listener for the answers of HTTP-01 and one for those of TLS-ALPN-01.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { TLSSocket } from 'node:tls';
import { nowhereResolver } from '#clients/dns/nowhere';
import type { OwnNetwork } from '#clients/acme/dialling-agent';
import { httpsTransport } from '#clients/acme/request';
import { systemClock, type Clock } from '#clock';
import type { Event } from '#events';
import { silentLog, type Log } from '#log';
import type { AcmeSettings } from '#mail/certificates/acme-settings';
import { Challenges } from '#mail/certificates/challenges';
import { CertificateKeeper, type RenewAnswer, type RenewedLine } from '#mail/certificates/keeper';
import type { Resolver } from '#protocol/dns/resolver';
import { NamedIdentities } from '#servers/net/named-identities';
import { publicTls } from '#servers/net/public-tls';
import { readIdentityText, type TlsIdentity } from '#servers/net/tls-context';
import type { Store } from '#store/database/open';
import { certificateFor } from './self-signed.ts';
import type { Pebble } from '../peers/pebble.ts';

export interface CertificateNodeOptions {
  readonly store: Store;
  readonly pebble: Pick<Pebble, 'directory' | 'caFile'>;
  /** By which the authority is reached. */
  readonly network?: OwnNetwork;
  readonly hostname: string;
  readonly published?: readonly string[];
  readonly settings?: Partial<AcmeSettings>;
  readonly clock?: Clock;
  readonly resolver?: Resolver;
  readonly log?: Log;
  /** Of node ids for people. */
  readonly name?: string;
}

export class CertificateNode implements AsyncDisposable {
  readonly keeper: CertificateKeeper;
  readonly challenges: Challenges;
  readonly events: Event[] = [];
  readonly #servers: Server[] = [];
  readonly #open = new Set<Socket>();

  constructor(options: CertificateNodeOptions) {
    const { store, pebble, hostname, published = [], log = silentLog } = options;
    const { pool, notices } = store;
    const clock = options.clock ?? systemClock;
    this.challenges = new Challenges({ pool, notices, clock, log });
    this.keeper = new CertificateKeeper({
      pool,
      notices,
      clock,
      log,
      hostname,
      published: () => Promise.resolve(published),
      covered: () => [],
      settings: {
        directory: pebble.directory,
        contact: '',
        challenge: { type: 'http-01' },
        keyType: 'ecdsa',
        sameKey: true,
        external: undefined,
        ...options.settings,
      },
      challenges: this.challenges,
      resolver: options.resolver ?? nowhereResolver,
      transport: () =>
        httpsTransport({
          ca: readFileSync(pebble.caFile, 'utf8'),
          userAgent: 'hikyaku test',
          network: options.network,
        }),
      random: () => 0.5,
      newToken: randomUUID,
      node: options.name ?? 'node',
      note: (event) => this.events.push(event),
    });
  }

  /** Answers HTTP-01 on a port. The port. */
  async answerHttp(port: number): Promise<number> {
    const server = createHttpServer((asked, answer) => {
      const token = (asked.url ?? '').replace('/.well-known/acme-challenge/', '');
      void this.challenges.tokenAnswer(token).then((text) => {
        answer.statusCode = text === undefined ? 404 : 200;
        answer.end(text);
      });
    });
    await this.#listen(server, port);
    return (server.address() as AddressInfo).port;
  }

  /** Speaks TLS on a port as the public listener does. The port. */
  async answerTls(port: number): Promise<number> {
    const { cert, key } = await certificateFor('fallback.test');
    const read = readIdentityText(Buffer.from(cert), Buffer.from(key), 'test');
    const current = (read as { identity: TlsIdentity }).identity;
    const tls = new NamedIdentities({
      base: { current },
      prefersBase: false,
      hostname: 'fallback.test',
    });
    const server = createServer((socket) => {
      const secure = new TLSSocket(socket, publicTls(tls.current, ['http/1.1'], this.challenges));
      secure.on('error', () => secure.destroy());
    });
    await this.#listen(server, port);
    return (server.address() as AddressInfo).port;
  }

  /** Orders by hand, and tells how each line ended. */
  async renew(
    request: {
      readonly sets?: readonly (readonly string[])[];
      readonly force?: boolean;
      readonly newKey?: boolean;
    } = {},
  ): Promise<{ readonly answer: RenewAnswer; readonly lines: readonly RenewedLine[] }> {
    const lines: RenewedLine[] = [];
    const { sets, force = false, newKey = false } = request;
    const answer = await this.keeper.renew({
      sets,
      force,
      newKey,
      ended: (line) => void lines.push(line),
    });
    return { answer, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keeper.stop();
    this.challenges[Symbol.dispose]();
    for (const socket of this.#open) socket.destroy();
    for (const server of this.#servers) {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
  }

  async #listen(server: Server, port: number): Promise<void> {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket)).on('error', () => socket.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
  }
}
