/**
 * A backup that is taken while mail comes and goes is one moment of it: restored elsewhere, it holds every message that was acknowledged
 * before it began, what it refers to is there, and messages keep their UIDs and modseqs (under new UIDVALIDITYs, as src/store/backup/restore.ts says).
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { readLedger, type ClientLine, type Taken } from '../../chaos/ledger.ts';
import { startSink } from '../../chaos/programs.ts';
import { isLocal } from '../../chaos/letter.ts';
import { conclude } from '../../chaos/stage.ts';
import { prepareServer, type RunningServer } from '../../support/program/running-server.ts';
import { acknowledged, answers, underLoad } from '../../support/program/under-load.ts';

/** Each row is a reference that leads nowhere. No moment of the database may have one. */
const DANGLING = `
  select 'email without content' as what, e.id::text from emails e where not exists (select from blob_chunks c where c.blob_id = e.blob_id)
  union all select 'queued message without content', q.id from queue_messages q
    where not exists (select from blob_chunks c where c.blob_id = q.blob_id)
  union all select 'recipient without message', r.message_id from queue_recipients r
    where not exists (select from queue_messages q where q.id = r.message_id)
  union all select 'message without recipient', q.id from queue_messages q
    where not exists (select from queue_recipients r where r.message_id = q.id)
  union all select 'claim without recipient', c.message_id from queue_claims c
    where not exists (select from queue_recipients r where (r.message_id, r.recipient_id) = (c.message_id, c.recipient_id))
  union all select 'entry without email', n.email_id::text from mailbox_entries n where not exists (select from emails e where e.id = n.email_id)
  union all select 'entry without mailbox', n.email_id::text from mailbox_entries n
    where not exists (select from mailboxes m where m.id = n.mailbox_id)
  union all select 'UID that is given again', n.uid::text from mailbox_entries n join mailboxes m on m.id = n.mailbox_id where n.uid >= m.next_uid
  union all select 'modseq that is given again', n.modseq::text from mailbox_entries n
    join mailboxes m on m.id = n.mailbox_id join accounts a on a.id = m.account_id where n.modseq > a.modseq`;

/** Failure notices are left out: both servers may write one of the same failure. */
const ENTRIES = `
  select concat_ws(' ', n.mailbox_id, n.uid, n.modseq, n.email_id) as line
  from mailbox_entries n join emails e on e.id = n.email_id where e.reverse_path is not null`;

test('a backup under load holds all that was acknowledged before it, whole', async (t) => {
  await using loaded = await underLoad();
  await using restored = await prepareServer();
  const { server, client, sink, ledgers } = loaded;
  const before = new Set((await answers(ledgers)).filter((one) => one.code === 250).map(idOf));
  const from = Date.now();
  const folder = path.join(restored.home, 'backup');
  await server.done('backup', 'create', folder);
  const until = Date.now();
  const during = (await client.status()).acknowledged - before.size;
  assert.ok(during > 0, 'mail came meanwhile');
  await acknowledged(client, before.size + during + 20);
  await client.stop();
  const there = new Set(await entriesOf(server));
  assert.equal(await server.end('SIGTERM'), 0);
  // it must not take anything of the restored one
  await sink[Symbol.asyncDispose]();

  const since = {
    client: path.join(restored.home, 'client'),
    sink: path.join(restored.home, 'sink'),
  };
  const lines = await readLedger<ClientLine>(ledgers.client);
  await write(
    since.client,
    lines.filter((line) => line.kind === 'tried' || before.has(line.id)),
  );
  const taken = await readLedger<Taken>(ledgers.sink);
  await write(
    since.sink,
    taken.filter(({ at }) => at <= until),
  );
  await using secondSink = await startSink(since.sink, 1);
  secondSink.calm();

  await restored.done('backup', 'restore', folder);
  await restored.start();
  assert.deepEqual(await restored.query(DANGLING), []);
  const kept = await entriesOf(restored);
  assert.deepEqual(
    kept.filter((line) => !there.has(line)),
    [],
    'UIDs and modseqs are the same',
  );
  const way = ['--host', '127.0.0.1', '--port', String(secondSink.port), '--tls', 'none'];
  await restored.done('route', 'set', '*', ...way);
  await restored.done('queue', 'release', '--all');
  const { verdict, complaints } = await conclude(restored, since, [{ from, until }]);
  // of what came after the snapshot, the sink has what the first server passed on until the backup was done
  const wrongs = verdict.wrongs.filter(
    ({ kind, what }) => kind !== 'half-stored' || what.split(' ').slice(2).every(isLocal),
  );
  assert.deepEqual({ wrongs, complaints }, { wrongs: [], complaints: [] });
  assert.equal(verdict.acknowledged, before.size);
  t.diagnostic(
    `acknowledged before: ${before.size}, meanwhile: ${during}; entries: ${kept.length} of ${there.size}`,
  );
});

function idOf({ id }: { readonly id: string }): string {
  return id;
}

async function entriesOf(server: RunningServer): Promise<string[]> {
  return (await server.query<{ line: string }>(ENTRIES)).map(({ line }) => line);
}

async function write(file: string, lines: readonly unknown[]): Promise<void> {
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
