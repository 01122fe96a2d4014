/**
 * The false ends of data (smtp-smuggling/SOURCE.md) against the running server, by DATA and BDAT: the message is refused
 * with one reply, no mailbox holds anything of it, and the commands hidden in it are never carried out.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { LineSocket } from '../support/sockets/line-socket.ts';
import { openTestStore, startTestSmtp, type TestSmtp, type TestStore } from '../support/smtp/own-server.ts';

interface Sequence {
  readonly hex: string;
  readonly text: string;
}

const CASES = 12;
const file = new URL('./smtp-smuggling/end-of-data-sequences.json', import.meta.url);
const sequences = JSON.parse(readFileSync(file, 'utf8')) as Sequence[];

let at: TestStore;
let smtp: TestSmtp;
before(async () => {
  at = await openTestStore();
  smtp = await startTestSmtp(at);
});
after(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

test(`the suite has its ${CASES} sequences`, () => assert.equal(sequences.length, CASES));

for (const { hex, text } of sequences) {
  const content = Buffer.concat([
    Buffer.from('Subject: x\r\n\r\nfirst'),
    Buffer.from(hex, 'hex'),
    Buffer.from('MAIL FROM:<evil@client.example>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nforged'),
  ]);

  test(`${text} in DATA: one refusal, nothing stored`, async () => {
    await using client = await transaction();
    assert.match((await client.ask('DATA'))[0]!, /^354 /);
    client.write(Buffer.concat([content, Buffer.from('\r\n.\r\n')]));
    await assertRefused(client);
  });

  test(`${text} in BDAT: one refusal, nothing stored`, async () => {
    await using client = await transaction();
    client.write(Buffer.concat([Buffer.from(`BDAT ${content.length} LAST\r\n`), content]));
    await assertRefused(client);
  });
}

async function transaction(): Promise<LineSocket> {
  const client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  await client.ask('MAIL FROM:<sender@client.example>');
  assert.match((await client.ask('RCPT TO:<bob@example.test>'))[0]!, /^250 /);
  return client;
}

async function assertRefused(client: LineSocket): Promise<void> {
  assert.match((await client.restOfReply())[0]!, /^554 5\.6\.0 /);
  assert.match((await client.ask('QUIT'))[0]!, /^221 /);
  assert.equal(await client.line(), undefined);
  const { rows } = await at.store.pool.query('select from emails');
  assert.equal(rows.length, 0);
}
