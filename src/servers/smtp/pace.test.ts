/** How the MX listener answers a client that sends too much, and what it tells of one that misbehaves. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { everybodyBehaves, type Conduct, type Pace } from '#mail/abuse/conduct';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import {
  openTestStore,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

const FULL: Pace = { kind: 'too-fast', per: 'network', seconds: 41.5 };

async function session(conduct: Partial<Conduct>, ...lines: readonly string[]): Promise<string[]> {
  await using smtp = await startTestSmtp(at, {
    services: { conduct: { ...everybodyBehaves, ...conduct } },
  });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  const replies: string[] = [];
  for (const line of lines) replies.push((await client.ask(line))[0]!);
  return replies;
}

const MAIL = 'MAIL FROM:<a@client.example>';

test('too many messages or recipients are put off, and the reply says for how long', async () => {
  assert.deepEqual(await session({ mayReceive: () => FULL }, MAIL), [
    '450 4.7.1 Too many messages from your network: try again in 42 seconds',
  ]);
  let left = 1;
  const mayAddress = (): Pace => (left-- > 0 ? { kind: 'ok' } : { ...FULL, per: 'address' });
  const replies = await session(
    { mayAddress },
    MAIL,
    'RCPT TO:<alice@example.test>',
    'RCPT TO:<bob@example.test>',
    'DATA',
  );
  assert.match(replies[1]!, /^250 /);
  assert.match(replies[2]!, /^450 4\.7\.1 Too many recipients from your address/);
  assert.match(replies[3]!, /^354 /);
});

test('mailboxes that are not there and errors without end are told', async () => {
  const told: string[] = [];
  const noteMisconduct = (address: string, what: string): void =>
    void told.push(`${address} ${what}`);
  await session({ noteMisconduct }, MAIL, 'RCPT TO:<nobody@example.test>');
  assert.deepEqual(told.splice(0), ['127.0.0.1 unknown-recipient']);
  await session({ noteMisconduct }, ...Array<string>(11).fill('HOCUS'));
  assert.deepEqual(told, ['127.0.0.1 protocol-errors']);
});

test('who goes on though it is put off is no flood of events, and its session ends', async () => {
  await using smtp = await startTestSmtp(at, {
    services: { conduct: { ...everybodyBehaves, mayReceive: () => FULL } },
    limits: { idleCommands: 20 },
  });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  const replies: string[] = [];
  while (!replies.at(-1)?.startsWith('421 ') && replies.length < 50)
    replies.push((await client.ask(MAIL))[0]!);
  assert.equal(replies.length, 20);
  assert.match(replies.at(-1)!, /^421 4\.7\.0 Too many commands without a message/);
  assert.equal(smtp.noted.length, 1);
});

test('of the recipients of a message that are put off the event log hears once', async () => {
  await using smtp = await startTestSmtp(at, {
    services: { conduct: { ...everybodyBehaves, mayAddress: () => FULL } },
  });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  for (const messages of [1, 2]) {
    await client.ask(MAIL);
    for (let i = 0; i < 150; i++)
      assert.match((await client.ask('RCPT TO:<alice@example.test>'))[0]!, /^450 /);
    await client.ask('RSET');
    assert.equal(smtp.noted.length, messages);
  }
});
