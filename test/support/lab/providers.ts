/**
 * Providers of the practice Internet for a test: on a network of the test's own, with a declared zone in the place of the DNS and a
 * calendar that moves by steps. Senders are declared with what they publish; letters are sent by production's own SMTP client.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { latin1 } from '#bytes';
import { systemClock } from '#clock';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import { openSession } from '#clients/smtp/open-session';
import { replyText } from '#protocol/smtp/reply';
import { labClock, type LabClock } from '#lab/clock';
import type { Ground } from '#lab/ground';
import { labNetwork } from '#lab/network';
import { startProviders, type Providers, type ProvidersOptions } from '#lab/providers/start';
import { silentLog } from '#log';
import { parseMailbox } from '#protocol/address/path';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { signMessage, signOffMainThread } from '#protocol/dkim/sign';
import { formatDate } from '#protocol/message/header/date';
import { declaredZone, type DeclaredZone } from '../dns/declared-zone.ts';
import { freeLabPrefix } from './network.ts';
import { testIdentity } from '../smtp/own-server.ts';
import { openTestStore, type TestStore } from '../store/store.ts';

const KEY = generateKeyPairSync('ed25519');
const KEY_RECORD = dnsRecordFor(KEY.publicKey);

export interface ProviderStage extends AsyncDisposable {
  readonly at: TestStore;
  readonly ground: Ground;
  readonly clock: LabClock;
  readonly zone: DeclaredZone;
  readonly providers: Providers;
  /** Declares a domain that sends from an address of the network; everything is as it should be unless told. */
  sender(domain: string, published?: Published): Sender;
  send(letter: Letter): Promise<Sent>;
  /** Ends the providers and starts them again on the same database. */
  restart(): Promise<void>;
}

export interface Published {
  /** The last two numbers of the address. */
  readonly address?: string;
  readonly ptr?: string | false;
  readonly spf?: string | false;
  readonly dkim?: false;
  readonly dmarc?: string | false;
  readonly mx?: false;
}

export interface Sender {
  readonly domain: string;
  readonly ip: string;
}

export interface Letter {
  readonly by: Sender;
  /** Of bigmail.test unless there is an `@`. */
  readonly to: string;
  /** Recipients before it in the same transaction, of the same domain. */
  readonly also?: readonly string[];
  /** Local part or whole reverse-path; '' is the null one. */
  readonly from?: string;
  /** Instead of From, To, Subject, Date and Message-ID. */
  readonly header?: readonly string[];
  /** Beside them. */
  readonly more?: readonly string[];
  readonly body?: string;
  /** A domain that signs; the sender's own unless told. */
  readonly signedBy?: string | false;
  readonly clear?: boolean;
}

export interface Sent {
  /** `250`, `421 4.7.28`. */
  readonly code: string;
  /** The lines of the reply. */
  readonly lines: readonly string[];
  /** From the reply: how `lab why` knows it. */
  readonly id: string | undefined;
}

export async function startProviderStage(
  options: Partial<ProvidersOptions> & { readonly seed?: number } = {},
): Promise<ProviderStage> {
  await using parts = new AsyncDisposableStack();
  const clock = labClock(systemClock);
  clock.run(0);
  clock.advanceTo(Date.UTC(2030, 0, 1, 9));
  const at = parts.use(await openTestStore(clock));
  const network = labNetwork({ prefix: await freeLabPrefix() });
  const { seed = 1, ...given } = options;
  const { pool } = at.store;
  const ground: Ground = {
    pool,
    store: at.store,
    clock,
    log: silentLog,
    network,
    seed,
    folder: '',
  };
  const zone = declaredZone({});
  const start = (): Promise<Providers> =>
    startProviders({
      ground,
      resolver: zone,
      identityOf: ([name]) => testIdentity(name),
      registerZone: ({ records, pointers }) => {
        const byName = Map.groupBy(records, ({ name }) => name);
        for (const [name, sets] of byName)
          zone.declare(
            name,
            Object.fromEntries(sets.map(({ type, values }) => [type, values.map(declaredText)])),
          );
        for (const [address, name] of Object.entries(pointers))
          zone.declare(reverseName(address), { PTR: name });
        return Promise.resolve();
      },
      ...given,
    });
  let providers = await start();
  parts.defer(() => providers[Symbol.asyncDispose]());
  let sent = 0;
  const kept = parts.move();
  return {
    at,
    ground,
    clock,
    zone,
    get providers() {
      return providers;
    },
    sender(domain, published = {}) {
      const ip = `${network.prefix}.${published.address ?? '25.25'}`;
      declare(zone, domain, ip, published);
      return { domain, ip };
    },
    async restart() {
      await providers[Symbol.asyncDispose]();
      providers = await start();
    },
    async send(letter) {
      const to = letter.to.includes('@') ? letter.to : `${letter.to}@bigmail.test`;
      const domain = to.slice(to.indexOf('@') + 1);
      const also = (letter.also ?? []).map((name) => `${name}@${domain}`);
      const mx = zone.find(domain, 'MX');
      if (!('records' in mx)) throw new Error(`no MX for ${to}`);
      const host = (mx.records[0] as { exchange: string }).exchange;
      const address = zone.find(host, 'A');
      if (!('records' in address)) throw new Error(`no address for ${host}`);
      const opened = await openSession(
        {
          address: address.records[0] as string,
          port: 25,
          localAddress: letter.by.ip,
          serverName: host,
          heloName: `mail.${letter.by.domain}`,
          tls: letter.clear === true ? 'none' : 'required',
        },
        {
          dialer: network.dialer,
          monotonic: () => performance.now(),
          randomBytes,
          limits: SMTP_CLIENT_LIMITS,
        },
      );
      if (opened.kind === 'not-open') throw new Error(JSON.stringify(opened.outcome));
      await using session = opened.session;
      const content = Buffer.from(await compose(letter, to, ++sent, clock.now()), 'latin1');
      const { outcomes } = await session.deliver({
        reversePath: reversePathOf(letter),
        recipients: [...also, to].map((one) => ({ mailbox: parseMailbox(one)! })),
        content: { size: content.length, eightBit: false, smtputf8: false, chunks: [content] },
      });
      const outcome = outcomes.at(-1);
      const reply =
        outcome!.kind === 'delivered'
          ? outcome!.reply
          : 'cause' in outcome! && outcome.cause.kind === 'reply'
            ? outcome.cause.reply
            : undefined;
      if (reply === undefined) throw new Error(JSON.stringify(outcome));
      const text = replyText(reply);
      return {
        code: reply.code === 250 ? '250' : `${reply.code} ${reply.enhanced ?? ''}`,
        lines: reply.lines,
        id: /why\.lab\.test\/(\w+)/.exec(text)?.[1] ?? /\b([0-9a-z]{13})\b/.exec(text)?.[1],
      };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function reversePathOf({ from = 'news', by }: Letter) {
  if (from === '') return null;
  return parseMailbox(from.includes('@') ? from : `${from}@${by.domain}`)!;
}

function declare(zone: DeclaredZone, domain: string, ip: string, published: Published): void {
  const { ptr = `mail.${domain}`, spf = `v=spf1 ip4:${ip} -all`, dmarc = 'p=none' } = published;
  const own: { MX?: string; TXT?: string } = {
    ...(published.mx !== false && { MX: `10 mail.${domain}` }),
    ...(spf !== false && { TXT: spf }),
  };
  if (Object.keys(own).length > 0) zone.declare(domain, own);
  zone.declare(`mail.${domain}`, { A: ip });
  if (published.dkim === undefined) zone.declare(`s._domainkey.${domain}`, { TXT: KEY_RECORD });
  if (dmarc === false) zone.withdraw(`_dmarc.${domain}`);
  else zone.declare(`_dmarc.${domain}`, { TXT: `v=DMARC1; ${dmarc}` });
  if (ptr === false) zone.withdraw(reverseName(ip));
  else zone.declare(reverseName(ip), { PTR: ptr });
}

function reverseName(address: string): string {
  return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
}

/** Values are written as in a zone file; declared TXT records have no quotes. */
function declaredText(value: string): string {
  return value.startsWith('"')
    ? value.slice(1, -1).replaceAll('" "', '').replaceAll(/\\(.)/g, '$1')
    : value;
}

async function compose(letter: Letter, to: string, number: number, now: number): Promise<string> {
  const {
    by,
    from = 'news',
    more = [],
    body = `Hello ${number}\r\n`,
    signedBy = by.domain,
  } = letter;
  const author = from.includes('@') ? from : `${from || 'mailer-daemon'}@${by.domain}`;
  const header = letter.header ?? [
    `From: ${author}`,
    `To: ${to}`,
    `Subject: Hello ${number}`,
    `Date: ${formatDate(now)}`,
    `Message-ID: <${number}.${now}@${by.domain}>`,
  ];
  const head = `${[...header, ...more].join('\r\n')}\r\n\r\n`;
  if (signedBy === false) return head + body;
  const signature = await signMessage({
    header: Buffer.from(head, 'latin1'),
    body: [Buffer.from(body, 'latin1')],
    keys: [
      { domain: signedBy, selector: 's', algorithm: 'ed25519-sha256', privateKey: KEY.privateKey },
    ],
    time: now / 1000,
    signBytes: signOffMainThread,
  });
  return latin1(signature) + head + body;
}
