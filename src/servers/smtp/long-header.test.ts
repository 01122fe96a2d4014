/** A submission whose header is longer than what is looked at: who writes, and what is hidden, could stand beyond. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectSubmissions, login } from '../../../test/support/smtp/login.ts';
import { openTestStore, PASSWORD, startTestSmtp } from '../../../test/support/smtp/own-server.ts';

const FILLER = `X-Filler: a\r\n${` ${'a'.repeat(990)}\r\n`.repeat(1100)}`;

test('a submission with a header of over a megabyte is refused: another author or a Bcc could stand behind it', async () => {
  await using at = await openTestStore();
  await using smtp = await startTestSmtp(at);
  await using client = await connectSubmissions(smtp.ports.submissions);
  const alice = 'alice@example.test';
  const given = { mechanism: 'PLAIN', username: alice, password: PASSWORD } as const;
  assert.match(await login(client, given), /^235 /);
  await client.ask(`MAIL FROM:<${alice}>`);
  await client.ask('RCPT TO:<bob@example.test>');
  await client.ask('DATA');
  const [reply] = await client.ask(
    `From: ${alice}\r\n${FILLER}From: boss@elsewhere.test\r\nBcc: carol@example.test\r\n\r\nHello\r\n.`,
  );
  assert.match(reply!, /^554 5\.6\.0 The header is longer than a megabyte/);
});
