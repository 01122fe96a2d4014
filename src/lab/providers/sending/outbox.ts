/**
 * Sends what the providers have to send, each letter at its time by the calendar, signed with the provider's key; what is deferred is tried
 * again a few times. One letter after the other: there are few.
 */
import { randomBytes } from 'node:crypto';
import { concat } from '#bytes';
import type { Ground } from '#lab/ground';
import type { Provider } from '#lab/providers/rule';
import type { Resolver } from '#protocol/dns/resolver';
import { signMessage, signOffMainThread } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import {
  addOutgoing,
  concludeOutgoing,
  dueOutgoing,
  nextOutgoing,
  type Outgoing,
  type OutgoingKind,
} from '#store/lab/provider-outbox';
import type { OwnKey } from './keys.ts';
import { sendLetter, type SendParts, type Sent } from './send.ts';

export interface NewLetter {
  readonly provider: Provider;
  readonly kind: OutgoingKind;
  /** '' is the null one. */
  readonly reversePath: string;
  readonly forwardPath: string;
  /** Unsigned. */
  readonly message: Uint8Array;
  /** Calendar milliseconds before which it does not leave. */
  readonly at: number;
}

export interface OutboxOptions {
  readonly ground: Ground;
  /** Of a provider's host that sends. */
  readonly resolverOf: (provider: Provider) => Resolver;
  readonly providers: readonly Provider[];
  readonly keys: ReadonlyMap<string, OwnKey>;
  /** What TLS must be, and who is told how it went. */
  readonly tls: (provider: Provider) => Pick<SendParts, 'sts' | 'trustedRoots' | 'ledger'>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Pauses after each attempt; after the last the letter has failed. */
const PAUSES = [5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR];
const AT_ONCE = 20;

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #settled: (() => void)[] = [];
  readonly #running: Promise<void>;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async add({ provider, message, ...letter }: NewLetter): Promise<void> {
    const { ground, keys } = this.#options;
    const now = ground.clock.now();
    const { bodyStart } = splitHeader(message);
    const signature = await signMessage({
      header: message.subarray(0, bodyStart),
      body: [message.subarray(bodyStart)],
      keys: [keys.get(provider.domain)!],
      time: Math.max(letter.at, now) / 1000,
      signBytes: signOffMainThread,
    });
    const added = await addOutgoing(ground.pool, {
      id: ground.store.newId(),
      provider: provider.name,
      kind: letter.kind,
      reversePath: letter.reversePath,
      forwardPath: letter.forwardPath,
      raw: concat([signature, message]),
      madeAt: now,
      nextAt: letter.at,
    });
    if (!added) ground.log.warn('lab.outbox-full', { provider: provider.name, kind: letter.kind });
    this.#wake.abort();
  }

  /** Resolves once nothing is due any more at this time of the calendar. */
  settle(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      this.#wake.abort();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    const { clock, log, pool } = this.#options.ground;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const woken = this.#wake.signal;
      // whoever asks from here on is told after another round
      const settled = this.#settled.splice(0);
      let next: number | undefined;
      try {
        await this.#round(signal);
        next = await nextOutgoing(pool);
      } catch (error) {
        if (!signal.aborted) log.warn('lab.outbox-failed', { error: (error as Error).message });
        next = clock.now() + MINUTE;
      }
      for (const resolve of settled) resolve();
      await clock.sleep(next === undefined ? 24 * HOUR : next - clock.now(), woken);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { ground } = this.#options;
    for (;;) {
      const due = await dueOutgoing(ground.pool, ground.clock.now(), AT_ONCE);
      if (due.length === 0) return;
      for (const letter of due) {
        if (signal.aborted) return;
        await this.#send(letter, signal);
      }
    }
  }

  async #send(letter: Outgoing, signal: AbortSignal): Promise<void> {
    const { ground, resolverOf, providers, tls } = this.#options;
    const provider = providers.find(({ name }) => name === letter.provider);
    const sent: Sent =
      provider === undefined
        ? { kind: 'failed', said: 'no such provider' }
        : await sendLetter(
            {
              resolver: resolverOf(provider),
              dialer: ground.network.dialer,
              monotonic: () => ground.clock.monotonic(),
              randomBytes,
              heloName: provider.out,
              localAddress: ground.network.addressOf(provider.out),
              ...tls(provider),
            },
            letter,
            signal,
          );
    if (signal.aborted && sent.kind !== 'sent') return;
    const pause = sent.kind === 'later' ? PAUSES[letter.attempts] : undefined;
    await concludeOutgoing(ground.pool, letter.id, {
      sent: sent.kind === 'sent',
      said: sent.said,
      nextAt: pause === undefined ? undefined : ground.clock.now() + pause,
    });
  }
}
