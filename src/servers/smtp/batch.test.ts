/** Sessions whose messages share one transaction, on the real PostgreSQL: what it refuses, and a connection that goes during COMMIT. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { Writer } from '#store/writer/writer';
import { commitEater } from '../../../test/support/database/commit-eater.ts';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import { connectSubmissions, login } from '../../../test/support/smtp/login.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

/** A session that stands within DATA. */
async function inData(port: number, forwardPath: string): Promise<LineSocket> {
  const client = await LineSocket.connect(port);
  await client.restOfReply();
  await client.ask('EHLO client.example');
  await begin(client, 'a@client.example', forwardPath);
  return client;
}

async function begin(client: LineSocket, reversePath: string, forwardPath: string): Promise<void> {
  await client.ask(`MAIL FROM:<${reversePath}>`);
  await client.ask(`RCPT TO:<${forwardPath}>`);
  assert.match((await client.ask('DATA'))[0]!, /^354 /);
}

async function end(client: LineSocket, subject: string): Promise<string> {
  return (await client.ask(`Subject: ${subject}\r\n\r\ntext\r\n.`))[0]!;
}

async function subjects(): Promise<string[]> {
  const { rows } = await at.store.pool.query<{ subject: string }>(
    `select summary ->> 'subject' as subject from emails order by 1`,
  );
  return rows.map(({ subject }) => subject);
}

/** The same store with a writer that counts the jobs it was given. */
function counting(store: TestStore['store']): { store: TestStore['store']; given: () => number } {
  let given = 0;
  const writer = Object.create(store.writer, {
    run: {
      value: (job: Parameters<Writer['run']>[0]) => {
        given++;
        return store.writer.run(job);
      },
    },
  }) as Writer;
  return { store: { ...store, writer }, given: () => given };
}

test('twenty sessions in one transaction, of which PostgreSQL refuses one: nineteen get 250, it alone gets its reply', async () => {
  const { pool } = at.store;
  // a constraint that no session can break by itself; the sequence keeps count through a rollback
  await pool.query(`
    create sequence tried;
    create function refuse_one() returns trigger language plpgsql as $$
      begin
        perform nextval('tried');
        if new.summary ->> 'subject' = 'twenty 7' then
          raise exception 'not this one' using errcode = 'check_violation';
        end if;
        return new;
      end $$;
    create trigger refuse_one before insert on emails for each row execute function refuse_one()`);
  const { store, given } = counting(at.store);
  await using smtp = await startTestSmtp({ ...at, store });
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => inData(smtp.ports.smtp, 'bob@example.test')),
  );
  await using first = await inData(smtp.ports.smtp, 'alice@example.test');
  const lock = await pool.connect();
  let replies: string[];
  try {
    // whoever writes to alice waits; those who come meanwhile gather
    await lock.query('begin');
    await lock.query(`select from accounts where name = 'alice@example.test' for update`);
    const opening = end(first, 'opening');
    while (given() < 1) await new Promise(setImmediate);
    const ends = clients.map((client, i) => end(client, `twenty ${i}`));
    while (given() < 21) await new Promise(setImmediate);
    await lock.query('rollback');
    assert.match(await opening, /^250 /);
    replies = await Promise.all(ends);
  } finally {
    lock.release();
  }
  for (const [i, reply] of replies.entries()) {
    assert.match(reply, i === 7 ? /^451 4\.3\.0 / : /^250 2\.6\.0 .* stored$/, String(i));
  }
  const stored = (await subjects()).filter((subject) => subject.startsWith('twenty'));
  const expected = Array.from({ length: 20 }, (_, i) => `twenty ${i}`).filter((_, i) => i !== 7);
  assert.deepEqual(stored, expected.sort());
  // the opening one once, and some of the twenty in the transaction that failed before each had its own
  const { rows } = await pool.query<{ tried: string }>('select last_value as tried from tried');
  assert.ok(Number(rows[0]!.tried) > 22, `${rows[0]!.tried} tries`);
  // the session of the refused one goes on
  await begin(clients[7]!, 'a@client.example', 'bob@example.test');
  assert.match(await end(clients[7]!, 'afterwards'), /^250 /);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  await pool.query('drop trigger refuse_one on emails; drop sequence tried');
});

for (const listener of ['mx', 'submissions'] as const) {
  test(`a connection that is lost during COMMIT is 451 at the ${listener} listener; sent again, the message is there`, async () => {
    await using proxy = await commitEater(at.store.connection);
    const writer = new Writer({
      connection: proxy.connection,
      clock: systemClock,
      log: silentLog,
    });
    await using smtp = await startTestSmtp({ ...at, store: { ...at.store, writer } });
    const [reversePath, forwardPath] = ['alice@example.test', 'bob@example.test'];
    await using client =
      listener === 'mx'
        ? await inData(smtp.ports.smtp, forwardPath)
        : await connectSubmissions(smtp.ports.submissions);
    if (listener === 'submissions') {
      await login(client, { mechanism: 'PLAIN', username: reversePath, password: PASSWORD });
      await begin(client, reversePath, forwardPath);
    }
    assert.match(await end(client, `${listener} before`), /^250 /);
    proxy.eatNextCommit();
    await begin(client, reversePath, forwardPath);
    assert.match(await end(client, `${listener} in doubt`), /^451 4\.3\.0 /);
    // the client keeps its message and sends it again, on the same session
    await begin(client, reversePath, forwardPath);
    assert.match(await end(client, `${listener} in doubt`), /^250 /);
    const count = listener === 'mx' ? await storedWith(`${listener} in doubt`) : await submitted();
    // RFC 1047: what was committed before the reply was lost is there twice, and never not at all
    assert.ok(count >= (listener === 'mx' ? 1 : 2), `${count} copies`);
    await writer.close();
  });
}

async function storedWith(subject: string): Promise<number> {
  return (await subjects()).filter((one) => one === subject).length;
}

async function submitted(): Promise<number> {
  const { rows } = await at.store.pool.query<{ count: string }>(
    'select count(*) from queue_recipients',
  );
  return Number(rows[0]!.count);
}
