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

/** Undefined: it was never configured. */
export async function openSender(app: App): Promise<Sender | undefined> {
  const settings = await readSettings(app);
  return settings === undefined ? undefined : new SubmissionSender(app, settings);
}

class SubmissionSender implements Sender {
  readonly #app: App;
  readonly #settings: AppSettings;
  #opened: OpenResult | undefined;

  constructor(app: App, settings: AppSettings) {
    this.#app = app;
    this.#settings = settings;
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
    if (this.#opened?.kind === 'open') await this.#opened.session.quit();
  }

  async #deliver({ recipient, letter }: Outgoing): Promise<RecipientOutcome> {
    const opened = await this.#open();
    if (opened.kind === 'not-open') return opened.outcome;
    const { outcomes } = await opened.session.deliver({
      reversePath: parseMailbox(this.#settings.user) ?? null,
      recipients: [{ mailbox: parseMailbox(recipient)! }],
      content: { size: letter.length, eightBit: false, smtputf8: false, chunks: [letter] },
    });
    return outcomes[0]!;
  }

  async #open(): Promise<OpenResult> {
    if (this.#opened?.kind === 'open' && this.#opened.session.reusable) return this.#opened;
    const { network, clock, random } = this.#app;
    const { host, port, tls, user, password } = this.#settings;
    this.#opened = await openSession(
      {
        address: addressOf(this.#app, host),
        port,
        localAddress: network.addressOf(APP_HOST),
        serverName: host,
        heloName: APP_HOST,
        tls: tls === 'implicit' ? 'implicit-unverified' : 'required',
        credentials: { username: user, password },
      },
      {
        dialer: network.dialer,
        monotonic: () => clock.monotonic(),
        randomBytes: random,
        limits: SMTP_CLIENT_LIMITS,
      },
    );
    return this.#opened;
  }
}

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
