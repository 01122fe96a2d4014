/** The app hands in letters: one connection, a login, one letter after the other. A letter that is deferred waits in the app. */
import { isIP } from 'node:net';
import { openSession, type OpenResult } from '#clients/smtp/open-session';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { RecipientOutcome } from '#clients/smtp/outcome';
import { HOSTS, type LabHost } from '#lab/addresses';
import { parseMailbox } from '#protocol/address/path';
import { APP_HOST, type App, type AppSettings } from './app.ts';
import { noteSend, readSettings, type Send } from './files.ts';
import { replyOf } from './reply-of.ts';

export interface Outgoing {
  readonly kind: Send['kind'];
  readonly messageId: string | null;
  readonly recipient: string;
  readonly letter: Uint8Array;
}

export type Sender = AsyncDisposable & {
  send(outgoing: Outgoing): Promise<Send>;
};

/**
 * Undefined: it was never configured.
 * @param direct it dials the hosts of the readers by itself, from the address of the server beside it, as fast as it can: what some programs do
 */
export async function openSender(app: App, direct = false): Promise<Sender | undefined> {
  const settings = await readSettings(app);
  if (settings === undefined) return undefined;
  return new LetterSender(app, settings.user, (recipient) =>
    direct ? directPeer(app, recipient) : submissionPeer(app, settings),
  );
}

class LetterSender implements Sender {
  readonly #app: App;
  readonly #author: string;
  readonly #peerFor: (recipient: string) => Peer;
  #opened: { readonly host: string; readonly result: OpenResult } | undefined;

  constructor(app: App, author: string, peerFor: (recipient: string) => Peer) {
    this.#app = app;
    this.#author = author;
    this.#peerFor = peerFor;
  }

  /** Tries once. Never rejects for what the server does. */
  async send(outgoing: Outgoing): Promise<Send> {
    const outcome = await this.#deliver(outgoing);
    const { kind, messageId, recipient } = outgoing;
    const send: Send = {
      at: this.#app.clock.now(),
      kind,
      messageId,
      recipient,
      outcome: OUTCOMES[outcome.kind],
      code: codeOf(outcome),
      reply: replyOf(outcome),
    };
    await noteSend(this.#app, send);
    return send;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#quit();
  }

  async #deliver({ recipient, letter }: Outgoing): Promise<RecipientOutcome> {
    const opened = await this.#open(this.#peerFor(recipient));
    if (opened.kind === 'not-open') return opened.outcome;
    const { outcomes } = await opened.session.deliver({
      reversePath: parseMailbox(this.#author) ?? null,
      recipients: [{ mailbox: parseMailbox(recipient)! }],
      content: { size: letter.length, eightBit: false, smtputf8: false, chunks: [letter] },
    });
    return outcomes[0]!;
  }

  async #open(peer: Peer): Promise<OpenResult> {
    const { host, result } = this.#opened ?? {};
    if (host === peer.serverName && result?.kind === 'open' && result.session.reusable)
      return result;
    await this.#quit();
    const { network, clock, random } = this.#app;
    const opened = await openSession(peer, {
      dialer: network.machineDialer,
      monotonic: () => clock.monotonic(),
      randomBytes: random,
      limits: SMTP_CLIENT_LIMITS,
    });
    this.#opened = { host: peer.serverName, result: opened };
    return opened;
  }

  async #quit(): Promise<void> {
    if (this.#opened?.result.kind === 'open') await this.#opened.result.session.quit();
  }
}

type Peer = Parameters<typeof openSession>[0];

function submissionPeer(app: App, settings: AppSettings): Peer {
  const { host, port, tls, user, password } = settings;
  return {
    address: addressOf(app, host),
    port,
    localAddress: app.network.addressOf(APP_HOST),
    serverName: host,
    heloName: APP_HOST,
    tls: tls === 'implicit' ? 'implicit-unverified' : 'required',
    credentials: { username: user, password },
  };
}

function directPeer(app: App, recipient: string): Peer {
  const host = `mx.${recipient.slice(recipient.lastIndexOf('@') + 1)}`;
  return {
    address: isKnownHost(host) ? addressOf(app, host) : '127.0.0.1',
    port: 25,
    localAddress: app.network.addressOf(SERVER_HOST),
    serverName: host,
    heloName: SERVER_HOST,
    tls: 'opportunistic',
  };
}

/** The learner's. */
const SERVER_HOST = 'mail.example.test';

const OUTCOMES = {
  delivered: 'taken',
  deferred: 'later',
  failed: 'never',
  abandoned: 'later',
} as const satisfies Record<RecipientOutcome['kind'], Send['outcome']>;

function codeOf(outcome: RecipientOutcome): number | null {
  if (outcome.kind === 'delivered') return outcome.reply.code;
  if (outcome.kind === 'abandoned') return null;
  return outcome.cause.kind === 'reply' ? outcome.cause.reply.code : null;
}

/** Whether the app can find a host. */
export function isKnownHost(host: string): boolean {
  return host === 'localhost' || isIP(host) !== 0 || Object.hasOwn(HOSTS, host);
}

function addressOf({ network }: App, host: string): string {
  if (host === 'localhost') return '127.0.0.1';
  return isIP(host) === 0 ? network.addressOf(host as LabHost) : host;
}
