/** Libraries that programs read mail with: Python's imaplib, and imapflow with CONDSTORE and QRESYNC. */
import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import type { World } from './world.ts';

const SCRIPT = new URL('../../../peers/imap/imaplib-client.py', import.meta.url).pathname;

export async function imaplib(world: World, python: string): Promise<void> {
  const { host, port, user, password } = world.account;
  const args = [SCRIPT, host, String(port), user, password, world.certificateFile];
  const { code, output } = await world.run(python, args);
  assert.equal(code, 0, output);
  const said = JSON.parse(output) as Record<string, unknown>;
  assert.match(String(said['list']), /\) "\/" "?From Python"?$/);
  assert.equal(said['lsub'], 1);
  assert.equal(said['select'], '5');
  assert.equal(said['search'], '3');
  assert.equal(String(said['literal']).split(' ').length, 1);
  assert.equal(said['unseen'], '1 3 4 5');
  assert.ok(
    String(said['flags']).toLowerCase() === '\\seen' || /recent/i.test(String(said['flags'])),
  );
  assert.deepEqual(said['bodies'], ['Subject: number 1\r\n\r\n', 'Subject: number 2\r\n\r\n']);
  assert.equal((said['expunged'] as string[]).length, 2);
  assert.match(String(said['status']), /MESSAGES 3 UNSEEN 2/);
  assert.equal(said['sort'], '3 2 1');
  assert.equal(said['thread'], '(1)(2)(3)');
  for (const command of ['copy', 'noop', 'quota', 'rename', 'delete'])
    assert.equal(said[command], 'OK', command);
  assert.deepEqual(await world.subjects('INBOX'), ['number 1 $flagged keyword', 'number 2 $seen']);
}

/** A client that a website would use: list, select, fetch by stream, search, flags, move, append, and being told. */
export async function imapflow(world: World): Promise<void> {
  for (const subject of ['one', 'two', 'three']) await world.store('INBOX', { subject });
  await using client = await connect(world);
  const names = new Set((await client.list()).map(({ path }) => path));
  assert.ok(names.has('INBOX') && names.has('Sent'));
  assert.equal(
    (await client.list()).find(({ specialUse }) => specialUse === '\\Trash')?.path,
    'Trash',
  );
  await client.mailboxCreate(['日本語', 'below']);
  const lock = await client.getMailboxLock('INBOX');
  try {
    const mailbox = client.mailbox;
    assert.ok(mailbox !== false && mailbox.exists === 3 && mailbox.highestModseq! > 0n);
    const found = await client.search({ subject: 'two' }, { uid: true });
    assert.ok(found && found.length === 1);
    const subjects: (string | undefined)[] = [];
    for await (const message of client.fetch('1:*', {
      envelope: true,
      bodyStructure: true,
      size: true,
    }))
      subjects.push(message.envelope?.subject);
    assert.deepEqual(subjects, ['one', 'two', 'three']);
    const { content } = await client.download('1');
    let source = '';
    for await (const chunk of content!) source += String(chunk);
    assert.match(source, /^Subject: one\r$/m);
    await client.messageFlagsAdd('2', ['\\Flagged', 'word']);
    const moved = await client.messageMove('3', '日本語/below');
    assert.ok(moved !== false && moved.uidMap!.size === 1);
    const appended = await client.append('INBOX', Buffer.from('Subject: four\r\n\r\n4\r\n'), [
      '\\Seen',
    ]);
    assert.ok(appended !== false && appended.uid! > 0);
  } finally {
    lock.release();
  }
  const status = await client.status('INBOX', {
    messages: true,
    unseen: true,
    highestModseq: true,
  });
  assert.ok(status !== false && status.messages === 3 && status.unseen === 2);
  const quota = await client.getQuota('INBOX');
  assert.ok(quota !== false);
  assert.deepEqual(await world.subjects('INBOX'), ['one', 'two $flagged word', 'four $seen']);
  assert.deepEqual(await world.subjects('日本語/below'), ['three']);
}

/** What changed while it was away, by CONDSTORE; and what goes while it is there, by QRESYNC. */
export async function imapflowResync(world: World): Promise<void> {
  const keys: string[] = [];
  for (let i = 1; i <= 5; i++) keys.push(await world.store('INBOX', { subject: `letter ${i}` }));
  let since: bigint | undefined;
  {
    await using client = await connect(world);
    const lock = await client.getMailboxLock('INBOX');
    since = client.mailbox === false ? undefined : client.mailbox.highestModseq;
    lock.release();
  }
  assert.ok(since !== undefined);
  await world.session.setFlags('INBOX', [keys[1]!], { add: ['$flagged'] });
  await world.store('INBOX', { subject: 'letter 6' });
  await using client = await connect(world);
  assert.ok(client.enabled.has('QRESYNC') && client.enabled.has('CONDSTORE'));
  const lock = await client.getMailboxLock('INBOX');
  try {
    const changed: string[] = [];
    for await (const message of client.fetch(
      '1:*',
      { uid: true, flags: true },
      { changedSince: since },
    ))
      changed.push(
        `${message.seq} ${[...message.flags!].filter((f) => f !== '\\Recent').join(' ')}`.trim(),
      );
    assert.deepEqual(changed, ['2 \\Flagged', '6']);
    const gone = Promise.withResolvers<unknown>();
    client.once('expunge', (event: unknown) => gone.resolve(event));
    const idle = client.idle();
    await world.session.expunge('INBOX', [keys[2]!]);
    const { uid, vanished } = (await gone.promise) as { uid: number; vanished: boolean };
    assert.deepEqual([uid, vanished], [Number(keys[2]), true]);
    await client.noop();
    await idle;
  } finally {
    lock.release();
  }
}

async function connect(world: World): Promise<ImapFlow & AsyncDisposable> {
  const { host, port, user, password } = world.account;
  const client = new ImapFlow({
    host,
    port,
    secure: true,
    auth: { user, pass: password },
    tls: { ca: world.certificate },
    logger: false,
    qresync: true,
  });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.logout() });
}
