/**
 * The EAI test list of the UASG where it needs a session: our servers as receiver (capabilities, addresses in U-labels
 * and A-labels, trace fields), and our client as sender to peers with and without SMTPUTF8. Each test carries the ids it
 * covers; with eai-uasg.test.ts every MTA and MSA id is accounted for.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import type { Mail } from '#clients/smtp/mail';
import { addAccount, addDomain } from '#mail/accounts/administer';
import { receivedField } from '#mail/deliver/trace-fields';
import { formatMailbox } from '#protocol/address/mailbox';
import { toAscii } from '#protocol/address/domain';
import { parseMailbox } from '#protocol/address/path';
import { setAlias } from '#store/directory/addresses';
import { LineSocket } from '../support/sockets/line-socket.ts';
import { sessionTo } from '../support/smtp/client.ts';
import { startSmtpPeer } from '../support/smtp/scripted-peer.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../support/smtp/own-server.ts';
import { readEaiCases } from './eai-uasg/cases.ts';
import { ADDRESSES, covered, DOMAINS, eai, LOCAL_PARTS } from './eai-uasg/covered.ts';

let at: TestStore;
let smtp: TestSmtp;
before(async () => {
  at = await openTestStore();
  for (const domain of DOMAINS) await addDomain(at.administer, domain);
  for (const domain of DOMAINS)
    for (const localPart of LOCAL_PARTS)
      await setAlias(at.store.pool, {
        localPart: localPart.normalize('NFC'),
        domain: toAscii(domain)!,
        targets: ['bob@example.test'],
        now: at.store.clock.now(),
      });
  await addAccount(at.administer, parseMailbox('用户@例え.テスト')!, PASSWORD, undefined);
  await at.store.pool.query(
    `insert into send_as (principal_id, address)
     select p.id, x.local_part || '@' || d.name from principals p, addresses x join domains d on d.id = x.domain_id
     where p.login = 'alice@example.test' and x.local_part is not null on conflict do nothing`,
  );
  at.store.notices.say('directory');
  smtp = await startTestSmtp(at);
});
after(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

async function mx(): Promise<LineSocket> {
  const client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  return client;
}

async function submissions(): Promise<LineSocket> {
  const client = await LineSocket.connect(smtp.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  const response = Buffer.from(`\0alice@example.test\0${PASSWORD}`).toString('base64');
  assert.match((await client.ask(`AUTH PLAIN ${response}`))[0]!, /^235 /);
  return client;
}

/** Hands a message in; its id. */
async function transfer(
  client: LineSocket,
  from: string,
  to: string,
  header: string,
): Promise<string> {
  assert.match((await client.ask(`MAIL FROM:<${from}> SMTPUTF8`))[0]!, /^250 /, from);
  assert.match((await client.ask(`RCPT TO:<${to}>`))[0]!, /^250 /, to);
  assert.match((await client.ask('DATA'))[0]!, /^354 /);
  const [reply = ''] = await client.ask(`${header}\r\n\r\ntext\r\n.`);
  assert.match(reply, /^250 2\.6\.0 /, header);
  return reply.split(' ')[2]!;
}

eai('MTA-001 MTA-002 MSA-001 MSA-002', 'EHLO lists SMTPUTF8 and 8BITMIME on every port', async () => {
  for (const port of [smtp.ports.smtp, smtp.ports.submission]) {
    await using client = await LineSocket.connect(port);
    await client.restOfReply();
    const lines = new Set((await client.ask('EHLO client.example')).map((line) => line.slice(4)));
    assert.ok(lines.has('SMTPUTF8') && lines.has('8BITMIME'));
  }
});

eai('MTA-007 MTA-008', 'every address is taken as reverse-path and forward-path', async () => {
  await using client = await mx();
  for (const address of ADDRESSES) await transfer(client, address, address, 'Subject: x');
});

eai('MSA-005 MSA-006', 'every address is taken in submission', async () => {
  await using client = await submissions();
  for (const address of ADDRESSES)
    await transfer(client, address, address, `From: ${address}\r\nTo: ${address}`);
});

eai(
  'MTA-009 MTA-010 MTA-011 MSA-007 MSA-008 MSA-009',
  'header fields in UTF-8 arrive octet for octet',
  async () => {
    await using client = await mx();
    await using submitting = await submissions();
    for (const address of ADDRESSES) {
      const local = address.slice(0, address.lastIndexOf('@'));
      const header = [
        `From: ${local} <${address}>`,
        `Reply-To: ${address}`,
        `To: ${address}`,
        `Cc: ${local} <${address}>`,
        `Subject: ${local}`,
      ].join('\r\n');
      for (const each of [client, submitting]) {
        const id = await transfer(each, address, address, header);
        assert.ok((await bytesOf(id)).includes(header), address);
      }
    }
  },
);

async function bytesOf(messageId: string): Promise<string> {
  const { rows } = await at.store.pool.query<{ data: Buffer }>(
    `select c.data from blob_chunks c where c.blob_id in
       (select blob_id from emails where message_id = $1 union select blob_id from queue_messages where id = $1)`,
    [messageId],
  );
  return rows[0]!.data.toString('utf8');
}

eai('MTA-006', 'Received says UTF8SMTP, and UTF8SMTPSA for a submission', async () => {
  await using client = await mx();
  const id = await transfer(client, 'a@client.example', '用户@例え.テスト', 'Subject: x');
  const mail = await at.store.pool.query<{ prefix: Buffer }>(
    'select prefix from emails where message_id = $1',
    [id],
  );
  assert.match(mail.rows[0]!.prefix.toString(), /^Received: [^]* with UTF8SMTP id /m);
  await using submitting = await submissions();
  const submitted = await transfer(
    submitting,
    'alice@example.test',
    '用户@例え.テスト',
    'From: alice@example.test',
  );
  const queued = await at.store.pool.query<{ prefix: Buffer }>(
    'select prefix from queue_messages where id = $1',
    [submitted],
  );
  assert.match(queued.rows[0]!.prefix.toString(), /with UTF8SMTPSA id /);
});

const EXTENSIONS = ['8BITMIME', 'SIZE 1000000'];

function mailFrom(from: string, to: string): Mail {
  const content = utf8(`From: ${from}\r\nTo: ${to}\r\n\r\nx\r\n`);
  const [reversePath, mailbox] = [parseMailbox(from)!, parseMailbox(to)!];
  const eai = [from, to].some((address) => /[^\x00-\x7f]/.test(address));
  return {
    reversePath,
    recipients: [{ mailbox }],
    content: { size: content.length, eightBit: eai, smtputf8: eai, chunks: [content] },
  };
}

eai(
  'MTA-003 MSA-003',
  'our EHLO has A-labels, whatever script the host is named in',
  async () => {
    await using peer = await startSmtpPeer({ extensions: EXTENSIONS });
    for (const domain of DOMAINS) {
      const session = await sessionTo(peer.port, { heloName: toAscii(domain)! });
      await session.quit();
    }
    const hellos = peer.commands.filter((line) => line.startsWith('EHLO '));
    assert.deepEqual(hellos, DOMAINS.map((domain) => `EHLO ${toAscii(domain)!}`));
  },
);

eai('MTA-004 MTA-012 MSA-004 MSA-010', 'SMTPUTF8 is asked for where needed, and only there', async () => {
  await using peer = await startSmtpPeer({ extensions: [...EXTENSIONS, 'SMTPUTF8'] });
  const session = await sessionTo(peer.port);
  for (const [from, to] of [
    ['用户@例え.テスト', 'bob@peer.test'],
    ['alice@client.test', 'علي@مثال.إختبار'],
    ['alice@client.test', 'bob@peer.test'],
  ] as const)
    await session.deliver(mailFrom(from, to));
  await session.quit();
  const asked = peer.commands
    .filter((line) => line.startsWith('MAIL '))
    .map((line) => / SMTPUTF8( |$)/.test(line));
  assert.deepEqual(asked, [true, true, false]);
});

eai('MTA-005', 'Received names a host of any script in U-labels', async () => {
  const facts = {
    client: {
      sessionId: 's',
      listener: 'mx',
      address: '192.0.2.1',
      ehlo: 'client.example',
      extended: true,
      tls: undefined,
    },
    messageId: 'm',
    authenticated: false,
    only: undefined,
    hideClient: false,
    now: 0,
  } as const;
  for (const domain of DOMAINS) {
    const hostname = toAscii(domain)!;
    assert.ok(receivedField({ ...facts, hostname, smtputf8: true }).includes(`by ${domain} (`));
    assert.ok(receivedField({ ...facts, hostname, smtputf8: false }).includes(`by ${hostname} (`));
  }
  await Promise.resolve();
});

eai('MTA-013 MSA-011', 'what needs SMTPUTF8 never goes to a peer without it', async () => {
  await using peer = await startSmtpPeer({ extensions: EXTENSIONS });
  const session = await sessionTo(peer.port);
  for (const address of ADDRESSES.filter((each) => !each.startsWith('ascii'))) {
    const { outcomes } = await session.deliver(mailFrom(address, 'bob@peer.test'));
    const [outcome] = outcomes;
    assert.ok(outcome?.kind === 'failed', address);
    assert.equal(outcome.status, '5.6.7');
  }
  await session.quit();
  assert.equal(peer.accepted.length, 0);
});

eai('MSA-012 MSA-013', 'an ASCII local part goes to such a peer with its domain in A-labels', async () => {
  await using peer = await startSmtpPeer({ extensions: EXTENSIONS });
  const session = await sessionTo(peer.port);
  for (const domain of DOMAINS) {
    const mailbox = parseMailbox(`ascii@${domain}`)!;
    const content = utf8('Subject: x\r\n\r\nx\r\n');
    const { outcomes } = await session.deliver({
      reversePath: mailbox,
      recipients: [{ mailbox }],
      content: { size: content.length, eightBit: false, smtputf8: false, chunks: [content] },
    });
    assert.equal(outcomes[0]?.kind, 'delivered');
    assert.equal(formatMailbox(mailbox), `ascii@${toAscii(domain)!}`);
  }
  await session.quit();
  const paths = peer.commands.flatMap((line) => /^(?:MAIL FROM|RCPT TO):<([^>]*)>/.exec(line)?.[1] ?? []);
  const expected = DOMAINS.map((domain) => `ascii@${toAscii(domain)!}`);
  assert.deepEqual(paths, expected.flatMap((path) => [path, path]));
});

test('every id that was left to a session is covered', () => {
  const ids = (['MTA', 'MSA'] as const).flatMap((role) =>
    readEaiCases(role)
      .slice(0, 13)
      .map(({ id }) => id),
  );
  assert.equal(ids.length, 26);
  assert.deepEqual([...covered].toSorted(), ids.toSorted());
});
