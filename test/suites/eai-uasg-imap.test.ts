/**
 * The EAI test list of the UASG for who keeps mail (MDA) and who gives addresses (MSP): delivery by our MX port, reading by our IMAP
 * server, sending by submission. Each test carries the ids it covers; what cannot be run here is printed with its reason and counted.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAccount, addDomain } from '#mail/accounts/administer';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { dataOf, fetched, ImapClient, literal } from '../support/imap/client.ts';
import type { Plain } from '../support/imap/data.ts';
import { decodeMailboxName } from '../support/imap/mailbox-name.ts';
import { LineSocket } from '../support/sockets/line-socket.ts';
import { startTestImap, type TestImap } from '../support/imap/own-server.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../support/smtp/own-server.ts';
import { readEaiCases, type EaiRole } from './eai-uasg/cases.ts';
import { ADDRESSES, covered, DOMAINS, eai, LOCAL_PARTS } from './eai-uasg/covered.ts';

const OWNERS = ['用户@例え.テスト', 'अजय@उदाहरण.परीक्षा', 'علي@مثال.إختبار', 'jürgen@bücher.example'];

let at: TestStore;
let smtp: TestSmtp;
let imap: TestImap;
before(async () => {
  at = await openTestStore();
  for (const domain of DOMAINS) await addDomain(at.administer, domain);
  for (const owner of OWNERS)
    await addAccount(at.administer, parseMailbox(owner)!, PASSWORD, undefined);
  smtp = await startTestSmtp(at);
  imap = await startTestImap(at);
});
after(async () => {
  await imap[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

/** AUTHENTICATE, whose names are UTF-8; LOGIN takes ASCII alone (RFC 6855 §5). */
async function authenticated(user: string): Promise<ImapClient> {
  const client = await ImapClient.connect({ ...imap.account('alice'), user });
  const response = Buffer.from(`\0${user}\0${PASSWORD}`).toString('base64');
  await client.ok(`AUTHENTICATE PLAIN ${response}`);
  return client;
}

async function enabled(user = OWNERS[0]!): Promise<ImapClient> {
  const client = await authenticated(user);
  await client.ok('ENABLE UTF8=ACCEPT');
  return client;
}

/** Hands a message to the MX port, or as somebody to submission. */
async function send(to: string, header: string, as?: string): Promise<void> {
  const port = as === undefined ? smtp.ports.smtp : smtp.ports.submissions;
  await using client = await LineSocket.connect(port);
  if (as !== undefined) await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  if (as !== undefined) {
    const response = Buffer.from(`\0${as}\0${PASSWORD}`).toString('base64');
    assert.match((await client.ask(`AUTH PLAIN ${response}`))[0]!, /^235 /);
  }
  const from = as ?? '送信@client.example';
  assert.match((await client.ask(`MAIL FROM:<${from}> SMTPUTF8`))[0]!, /^250 /);
  assert.match((await client.ask(`RCPT TO:<${to}>`))[0]!, /^250 /, to);
  assert.match((await client.ask('DATA'))[0]!, /^354 /);
  assert.match((await client.ask(`${header}\r\n\r\ntext\r\n.`))[0]!, /^250 2\.6\.0 /);
}

/** The newest message of a mailbox as it is read. */
async function newest(client: ImapClient, mailbox = 'INBOX'): Promise<string> {
  await client.ok(`SELECT "${mailbox}"`);
  const { untagged } = await client.ok('FETCH * (BODY.PEEK[])');
  return String(fetched(untagged)[0]!.items.get('BODY[]'));
}

const HEADERS = ADDRESSES.map((address) => {
  const local = address.slice(0, address.lastIndexOf('@'));
  return [
    `From: ${local} <${address}>`,
    `Reply-To: ${address}`,
    `To: ${address}`,
    `Cc: ${local} <${address}>`,
    `Subject: ${local}`,
  ].join('\r\n');
});

eai('MDA-002', 'a delivered message tells in Received that it came by UTF8SMTP', async () => {
  await send(OWNERS[0]!, 'Subject: trace');
  await using client = await enabled();
  assert.match(await newest(client), /^Received: [^]*? with UTF8SMTP id /m);
});

eai(
  'MDA-003 MDA-004 MDA-005 MDA-006 MDA-026 MDA-027 MDA-028 MSP-009 MSP-010',
  'messages with addresses and subjects of every script are delivered to owners of every script, and read as they came',
  async () => {
    for (const owner of OWNERS) {
      await using client = await enabled(owner);
      for (const header of HEADERS) {
        await send(owner, header);
        assert.ok((await newest(client)).includes(`\r\n${header}\r\n\r\n`), header);
      }
    }
  },
);

eai('MSP-006', 'an owner receives under the A-labels of the domain too', async () => {
  for (const owner of OWNERS) {
    const [local, domain] = owner.split('@') as [string, string];
    await send(`${local}@${toAscii(domain)!}`, `Subject: by A-labels ${owner}`);
    await using client = await enabled(owner);
    assert.ok((await newest(client)).includes(`Subject: by A-labels ${owner}`));
  }
});

eai('MSP-011 MSP-012', 'an owner sends under an address of any script', async () => {
  for (const owner of OWNERS) await send('bob@example.test', `From: ${owner}`, owner);
});

eai('MDA-007 MDA-009', 'a user name in any script logs in by AUTHENTICATE', async () => {
  for (const owner of OWNERS) {
    await using client = await authenticated(owner);
    await client.ok('SELECT INBOX');
  }
});

eai('MDA-008 MDA-010', 'UTF8=ACCEPT is offered, and told once it is enabled', async () => {
  await using client = await authenticated(OWNERS[0]!);
  assert.ok((await client.capabilities()).has('UTF8=ACCEPT'));
  const { untagged } = await client.ok('ENABLE UTF8=ACCEPT');
  assert.deepEqual(dataOf(untagged, 'ENABLED'), [['ENABLED', 'UTF8=ACCEPT']]);
});

eai('MDA-011', 'once it is enabled SEARCH takes no CHARSET', async () => {
  await using client = await enabled();
  await client.ok('SELECT INBOX');
  await client.fails('BAD', 'SEARCH CHARSET UTF-8 SUBJECT "x"');
});

eai(
  'MDA-012 MDA-013 MDA-023 MDA-024 MDA-025',
  'APPEND UTF8 takes messages with every script in their fields, and keeps them octet for octet',
  async () => {
    await using client = await enabled();
    await client.ok('CREATE Appended');
    for (const header of HEADERS) {
      const message = `${header}\r\n\r\ntext\r\n`;
      await client.ok('APPEND Appended UTF8 (', literal(message, { binary: true }), ')');
      assert.equal(await newest(client, 'Appended'), message);
      const { untagged } = await client.ok('FETCH * (ENVELOPE)');
      const envelope = fetched(untagged)[0]!.items.get('ENVELOPE') as Plain[];
      assert.ok(header.endsWith(`\r\nSubject: ${String(envelope[1])}`));
    }
  },
);

eai(
  'MDA-014 MDA-015 MDA-016 MDA-017 MDA-018 MDA-019 MDA-020 MDA-021 MDA-022 MSP-007 MSP-008',
  'mailboxes of every script are made, opened, subscribed, listed as entered, and hold mail',
  async () => {
    await using client = await enabled();
    await using old = await authenticated(OWNERS[0]!);
    for (const name of LOCAL_PARTS) {
      await client.ok(`CREATE "${name}"`);
      await client.ok(`APPEND "${name}" `, literal('Subject: within\r\n\r\ntext\r\n'));
      await client.ok(`EXAMINE "${name}"`);
      assert.match(await newest(client, name), /^Subject: within\r\n/);
      await client.ok(`SUBSCRIBE "${name}"`);
      for (const command of ['LIST', 'LSUB']) {
        const { untagged } = await client.ok(`${command} "" "${name}"`);
        assert.deepEqual(dataOf(untagged, command).map((one) => one[3]), [name]);
      }
      // who has not enabled it sees the same name in modified UTF-7
      const { untagged } = await old.ok('LIST "" "*"');
      const names = dataOf(untagged, 'LIST').map((one) => decodeMailboxName(String(one[3])));
      assert.ok(names.includes(name), name);
    }
  },
);

/** Why an id is not run. */
const SKIPS: readonly { readonly role: EaiRole; readonly ids: readonly number[]; readonly why: string }[] = [
  { role: 'MDA', ids: [1], why: 'Received names the host in U-labels: run with MTA-005 (eai-uasg-session.test.ts)' },
  { role: 'MDA', ids: range(29, 39), why: 'there is no POP3 server' },
  { role: 'MSP', ids: range(1, 4), why: 'run as grammar in eai-uasg.test.ts' },
  { role: 'MSP', ids: [5], why: 'no ASCII equivalent is made up: hikyaku alias set makes the one that its owner wants' },
  { role: 'MUA', ids: range(1, 72), why: 'there is no mail program here: webmail comes later' },
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

test('every id of the MDA, MSP and MUA lists is run here, or skipped with its reason', (t) => {
  const skipped = new Map<string, string>(
    SKIPS.flatMap(({ role, ids, why }) =>
      ids.map((id) => [`EAI-${role}-${String(id).padStart(3, '0')}`, why] as const),
    ),
  );
  const all = (['MDA', 'MSP', 'MUA'] as const).flatMap((role) =>
    readEaiCases(role).map(({ id }) => id),
  );
  for (const id of all) assert.notEqual(covered.has(id), skipped.has(id), id);
  for (const { role, ids, why } of SKIPS)
    t.diagnostic(`skip EAI-${role}-${ids[0]} to ${ids.at(-1)} (${ids.length}): ${why}`);
  assert.deepEqual([all.length, covered.size, skipped.size], [123, 34, 89]);
});
