/**
 * A sender at peer.test that validates DNSSEC and keeps to DANE (RFC 7672), and has mail for the learner without end: every few seconds it opens
 * a session, and where something changed since the last it hands in a letter. It remembers how each went, until the practice Internet ends.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { utf8 } from '#bytes';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { openSession } from '#clients/smtp/open-session';
import { replyOf } from '#lab/app/reply-of';
import { ownCertificate } from '#lab/lessons/seen/served-certificate';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import { publicKeyDigest } from '#mail/certificates/x509';
import { route, type RouteHost } from '#mail/queue/route/route';
import { daneOfHost, type HostDane } from '#mail/tls-policy/dane-of-host';
import { parseMailbox } from '#protocol/address/path';
import { formatDate } from '#protocol/message/header/date';

export interface DaneTry {
  /** Calendar milliseconds. */
  readonly at: number;
  /** Whether the host is held to records that are signed. */
  readonly held: boolean;
  /** The TLSA records that it went by, as in a zone file. */
  readonly records: readonly string[];
  /** SHA-256 of the key of the certificate that the server had then, hexadecimal. */
  readonly key: string | undefined;
  readonly outcome: 'sent' | 'not-sent';
  /** What was answered, or why there was no session. */
  readonly said: string;
  /** A letter was handed in. */
  readonly letter: boolean;
}

const HOST = 'mx.peer.test';
/** Real milliseconds: an outage of a few seconds is seen. */
const EVERY = 3000;
/** Hours of them. */
const REMEMBERED = 10_000;

export class DaneSender {
  readonly #world: LessonWorld;
  readonly #to: string;
  readonly #stopped = new AbortController();
  #last: Promise<void> = Promise.resolve();
  readonly tries: DaneTry[] = [];

  constructor(world: LessonWorld, to: string) {
    this.#world = world;
    this.#to = to;
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** One more at once, after the one that is under way. */
  try(): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.tries.push(await this.#tryOnce());
      if (this.tries.length > REMEMBERED) this.tries.shift();
    });
    return this.#last;
  }

  async #run(): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, this.#world.ending]);
    while (!signal.aborted) {
      await this.try();
      await delay(EVERY, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Never rejects for what servers do. */
  async #tryOnce(): Promise<DaneTry> {
    const { clock, server } = this.#world;
    const at = clock.now();
    const own = await ownCertificate(this.#world);
    const key = own && publicKeyDigest(own.privateKey);
    const nothing = {
      at,
      key,
      held: false,
      records: [],
      letter: false,
      outcome: 'not-sent',
    } as const;
    const routed = await route(server.domain, {
      routes: [],
      ownNames: new Set([HOST]),
      isOwnAddress: () => false,
      resolver: aroundOf(this.#world).resolver,
      random: () => 0,
    });
    if (routed.kind !== 'hosts') return { ...nothing, said: routed.kind };
    const host = routed.hosts[0]!;
    const dane = await daneOfHost(server.domain, host, aroundOf(this.#world).resolver);
    if (dane.kind === 'failed') return { ...nothing, said: `no answer for TLSA ${dane.base}` };
    const records = dane.kind === 'records' ? dane.shown : [];
    const held = dane.kind === 'records';
    const before = this.tries.at(-1);
    const letter =
      before === undefined ||
      before.outcome === 'not-sent' ||
      before.key !== key ||
      before.held !== held;
    return { ...nothing, held, records, ...(await this.#send(host, dane, letter)) };
  }

  async #send(
    host: RouteHost,
    dane: HostDane,
    letter: boolean,
  ): Promise<Pick<DaneTry, 'outcome' | 'said' | 'letter'>> {
    const { network, clock, random } = this.#world;
    const expectation = dane.kind === 'records' ? dane.expectation : undefined;
    const opened = await openSession(
      {
        address: host.addresses[0]!.address,
        port: host.port,
        localAddress: network.addressOf(HOST),
        serverName: host.name,
        heloName: HOST,
        // records that fit nothing still demand TLS (RFC 7672 §2.2)
        tls: dane.kind === 'records' ? 'required' : 'opportunistic',
        ...(expectation && { dane: expectation }),
      },
      {
        dialer: network.dialer,
        monotonic: () => clock.monotonic(),
        randomBytes: random,
        limits: SMTP_CLIENT_LIMITS,
      },
    );
    if (opened.kind === 'not-open')
      return { outcome: 'not-sent', said: replyOf(opened.outcome), letter: false };
    await using session = opened.session;
    if (!letter) {
      await session.quit();
      return { outcome: 'sent', said: '', letter };
    }
    const content = utf8(letterTo(this.#to, clock.now()));
    const { outcomes } = await session.deliver({
      reversePath: parseMailbox('news@peer.test')!,
      recipients: [{ mailbox: parseMailbox(this.#to)! }],
      content: { size: content.length, eightBit: false, smtputf8: false, chunks: [content] },
    });
    const outcome = outcomes[0]!;
    const sent = outcome.kind === 'delivered';
    return { outcome: sent ? 'sent' : 'not-sent', said: replyOf(outcome), letter: sent };
  }
}

function letterTo(to: string, now: number): string {
  return [
    'From: News <news@peer.test>',
    `To: ${to}`,
    `Date: ${formatDate(now)}`,
    `Message-ID: <dane-${now.toString(36)}@peer.test>`,
    'Subject: news',
    '',
    'Sent under DANE.',
    '',
  ].join('\r\n');
}
