/**
 * Mail from the Internet to a real MX listener on a real store, with DNS by declaration: the client's address comes in a PROXY header,
 * so that it may be any. `world()` is a small Internet of honest domains; a test declares what else it needs.
 */
import { generateKeyPairSync } from 'node:crypto';
import { latin1, utf8 } from '#bytes';
import type { Event } from '#events';
import type { Resolver } from '#protocol/dns/resolver';
import { sealMessage } from '#protocol/arc/seal';
import { startBodyHashes } from '#protocol/dkim/body-hash';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { signMessage, signOffMainThread } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import { readEmail } from '#store/emails/emails';
import { eventsOfMessage, type StoredEvent } from '#store/events/events';
import { declaredZone, type DeclaredZone } from '../dns/declared-zone.ts';
import { LineSocket } from '../sockets/line-socket.ts';
import { startTestSmtp, type TestSmtpOptions, type TestStore } from './own-server.ts';

const KEY = generateKeyPairSync('ed25519');
/** Of every domain that signs. */
export const KEY_RECORD = dnsRecordFor(KEY.publicKey);

/** Where mail of `good.example`, `strict.example`, … comes from. */
export const HONEST = '192.0.2.10';
/** A mailing list, which is `lists.example`. */
export const LIST = '192.0.2.20';
/** Anybody else, with a name of its own. */
export const STRANGER = '198.51.100.66';

export function world(): DeclaredZone {
  const domain = (dmarc: string) => ({
    '': { MX: '10 mail.good.example', TXT: `v=spf1 ip4:${HONEST} -all` },
    's._domainkey.': { TXT: KEY_RECORD },
    '_dmarc.': { TXT: `v=DMARC1; ${dmarc}` },
  });
  const zone = declaredZone({
    'mail.good.example': { A: HONEST },
    '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.example' },
    'mx.lists.example': { A: LIST },
    '20.2.0.192.in-addr.arpa': { PTR: 'mx.lists.example' },
    'lists.example': { MX: '10 mx.lists.example', TXT: `v=spf1 ip4:${LIST} -all` },
    's._domainkey.lists.example': { TXT: KEY_RECORD },
    'host.stranger.example': { A: STRANGER },
    '66.100.51.198.in-addr.arpa': { PTR: 'host.stranger.example' },
    'stranger.example': { MX: '10 host.stranger.example', TXT: `v=spf1 ip4:${STRANGER} -all` },
    's._domainkey.stranger.example': { TXT: KEY_RECORD },
    'plain.example': { MX: '10 host.plain.example' },
  });
  for (const [name, dmarc] of [
    ['good.example', 'p=reject'],
    ['strict.example', 'p=reject'],
    ['cautious.example', 'p=quarantine'],
    ['lenient.example', 'p=none'],
  ] as const)
    for (const [prefix, declared] of Object.entries(domain(dmarc)))
      zone.declare(prefix + name, declared);
  return zone;
}

export interface Letter {
  /** Of the client. */
  readonly ip?: string;
  readonly ehlo?: string;
  /** The reverse-path; '' is the null one. */
  readonly from?: string;
  readonly to?: readonly string[];
  /** Parameters of MAIL (` ENVID=id-7`), and of RCPT for every recipient. */
  readonly mail?: string;
  readonly rcpt?: string;
  /** Lines of the header; From and Date are there unless `header` has its own. */
  readonly header: readonly string[];
  readonly body?: string;
  /** Signs with the key of every domain. */
  readonly signedBy?: string;
  /** Done to the message after it was signed. */
  readonly changed?: (message: string) => string;
  /** Seals it as it goes on (ARC), with the key of every domain. */
  readonly sealedBy?: string;
}

export interface Arrived {
  /** The reply to the final dot. */
  readonly reply: string;
  /** From 250, or from the events of a refused message. */
  readonly messageId: string | undefined;
}

export interface TestReception extends AsyncDisposable {
  send(letter: Letter): Promise<Arrived>;
  /** The message as its owner reads it, with the role of its mailbox; undefined where the account has none. */
  read(name: string, messageId: string | undefined): Promise<Delivered | undefined>;
  events(messageId: string): Promise<StoredEvent[]>;
  /** The same, of a message that was refused too: as they are stored once they are. */
  judged(messageId: string): Promise<StoredEvent[]>;
  /** What was noted without a transaction. */
  readonly noted: readonly Event[];
}

export interface Delivered {
  readonly role: string | null;
  readonly text: string;
}

const DATE = 'Date: Thu, 26 Nov 2026 02:14:02 +0000';

export async function startReception(
  at: TestStore,
  resolver: Resolver | undefined = world(),
  { inquiry, ...options }: TestSmtpOptions = {},
): Promise<TestReception> {
  const smtp = await startTestSmtp(at, {
    ...options,
    proxyFrom: ['127.0.0.0/8'],
    inquiry: { resolver, ...inquiry },
  });
  const { pool } = at.store;
  return {
    async send(letter) {
      const { ip = STRANGER, ehlo = 'host.stranger.example', from = '', to = ['bob'] } = letter;
      const family = ip.includes(':') ? 'TCP6' : 'TCP4';
      const local = ip.includes(':') ? '::1' : '127.0.0.1';
      const head = utf8(`PROXY ${family} ${ip} ${local} 50000 25\r\n`);
      await using client = await LineSocket.connect(smtp.ports.smtp, head);
      await client.restOfReply();
      await client.ask(`EHLO ${ehlo}`);
      await client.ask(`MAIL FROM:<${from}>${letter.mail ?? ''}`);
      for (const name of to) await client.ask(`RCPT TO:<${name}@example.test>${letter.rcpt ?? ''}`);
      await client.ask('DATA');
      const noted = smtp.noted.length;
      const message = await compose(letter);
      const lines = await client.ask(`${message}\r\n.`);
      const reply = lines.join('\n');
      // other sessions may have been refused meanwhile
      const refused = smtp.noted
        .slice(noted)
        .find(
          ({ type, personal }) =>
            type === 'message.refused' && 'client' in personal && personal.client === ip,
        );
      const messageId = /^250 2\.6\.0 (\S+)/.exec(reply)?.[1] ?? refused?.ids.messageId;
      return { reply, messageId };
    },
    async read(name, messageId) {
      const { rows } = await pool.query<{ id: string; accountId: string; role: string | null }>(
        `select e.id, e.account_id as "accountId", m.role from emails e
           join accounts a on a.id = e.account_id
           join mailbox_entries n on n.email_id = e.id join mailboxes m on m.id = n.mailbox_id
         where a.name = $1 and e.message_id = $2`,
        [`${name}@example.test`, messageId],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of readEmail(pool, row.accountId, row.id)) parts.push(part);
      return { role: row.role, text: latin1(Buffer.concat(parts)) };
    },
    noted: smtp.noted,
    async judged(messageId) {
      const stored = await eventsOfMessage(pool, messageId);
      const noted = smtp.noted.filter(({ ids }) => ids.messageId === messageId);
      // jsonb is what a reader gets
      return [...stored, ...(JSON.parse(JSON.stringify(noted)) as StoredEvent[])];
    },
    events: (messageId) => eventsOfMessage(pool, messageId),
    [Symbol.asyncDispose]: () => smtp[Symbol.asyncDispose](),
  };
}

async function compose({
  header,
  body = 'Hello\r\n',
  signedBy,
  changed,
  sealedBy,
}: Letter): Promise<string> {
  const lines = header.some((line) => /^date:/i.test(line)) ? header : [...header, DATE];
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  const message = head + body;
  const signature = signedBy === undefined ? '' : await signatureOf(head, body, signedBy);
  const sent = (changed ?? String)(signature + message);
  const seal = sealedBy === undefined ? '' : await sealOf(sent, sealedBy);
  return (seal + sent).replace(/\r\n$/, '');
}

async function signatureOf(head: string, body: string, domain: string): Promise<string> {
  const signed = await signMessage({
    header: Buffer.from(head, 'latin1'),
    body: [Buffer.from(body, 'latin1')],
    keys: [keyOf(domain)],
    time: Date.now() / 1000,
    signBytes: signOffMainThread,
  });
  return latin1(signed);
}

/** The first set of a chain, by one who found that DMARC passed. */
async function sealOf(message: string, domain: string): Promise<string> {
  const head = Buffer.from(message.slice(0, message.indexOf('\r\n\r\n') + 4), 'latin1');
  const hasher = startBodyHashes([RELAXED]);
  hasher.push(Buffer.from(message.slice(head.length), 'latin1'));
  hasher.end();
  const sealed = await sealMessage({
    head,
    header: splitHeader(head),
    bodyHash: hasher.of(RELAXED).digest,
    chain: { cv: 'none', instance: 0 },
    results: utf8(` ${domain}; dmarc=pass\r\n`),
    key: keyOf(domain),
    time: Date.now() / 1000,
    signBytes: signOffMainThread,
  });
  if (sealed.kind !== 'sealed') throw new Error(sealed.reason);
  return latin1(sealed.fields);
}

const RELAXED = { canonicalization: 'relaxed' } as const;

function keyOf(domain: string) {
  const { privateKey } = KEY;
  return { domain, selector: 's', algorithm: 'ed25519-sha256', privateKey } as const;
}
