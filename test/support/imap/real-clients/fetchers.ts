/** fetchmail, getmail and curl: programs that take mail away, or look at it by address. */
import assert from 'node:assert/strict';
import { chown, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { letter } from '../../mailbox-contract/letter.ts';
import { subjectOf, type World } from './world.ts';

const NOBODY = 65_534;
const SUBJECTS = ['one', 'two', 'three'];

async function furnish(world: World): Promise<void> {
  for (const subject of SUBJECTS) await world.store('INBOX', { subject });
}

/** Takes what is unseen, leaves it there, and nothing the second time. */
export async function fetchmail(world: World, program: string): Promise<void> {
  await furnish(world);
  const { host, port, user, password } = world.account;
  const config = await world.write(
    'fetchmailrc',
    `poll ${host} protocol IMAP port ${port} auth password
  user "${user}" with pass "${password}"
  ssl sslcertck sslcertfile ${world.certificateFile} keep mda "cat >> ${world.home}/fetched"
`,
  );
  const args = ['-f', config, '--pidfile', world.file('pid'), '--nosyslog'];
  const first = await world.run(program, args);
  assert.equal(first.code, 0, first.output);
  const took = async (): Promise<string[]> => {
    const text = await readFile(world.file('fetched'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line.startsWith('Subject: '))
      .map(subjectOf);
  };
  assert.deepEqual(await took(), SUBJECTS);
  assert.deepEqual(
    await world.subjects('INBOX'),
    SUBJECTS.map((subject) => `${subject} $seen`),
  );
  const second = await world.run(program, args);
  assert.equal(second.code, 1, `no mail is exit 1: ${second.output}`);
  assert.deepEqual(await took(), SUBJECTS);
}

/** Takes what it has not taken before, and deletes it when told so. */
export async function getmail(world: World, program: string): Promise<void> {
  await furnish(world);
  const { host, port, user, password } = world.account;
  for (const part of ['cur', 'new', 'tmp']) await world.write(`got/${part}/.keep`, '');
  // It delivers no mail as root.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) await giveTo(NOBODY, world.file('got'));
  const config = await world.write(
    'getmailrc',
    `[retriever]
type = SimpleIMAPSSLRetriever
server = ${host}
port = ${port}
username = ${user}
password = ${password}
mailboxes = ("INBOX",)
ca_certs = ${world.certificateFile}
[destination]
type = Maildir
path = ${world.home}/got/
${asRoot ? 'user = nobody' : ''}
[options]
read_all = false
delete = false
delivered_to = false
received = false
`,
  );
  const run = async (...more: string[]): Promise<string> => {
    const args = ['--getmaildir', world.home, '--rcfile', config, ...more];
    const { code, output } = await world.run(program, args);
    assert.equal(code, 0, output);
    return output;
  };
  assert.match(await run(), /3 messages \(\d+ bytes\) retrieved/);
  assert.deepEqual((await world.maildir('got')).filter(Boolean), SUBJECTS.toSorted());
  assert.match(await run(), /0 messages \(0 bytes\) retrieved/);
  await world.store('INBOX', { subject: 'four' });
  assert.match(await run('--delete'), /1 messages \(\d+ bytes\) retrieved/);
  assert.deepEqual((await world.maildir('got')).filter(Boolean), [...SUBJECTS, 'four'].toSorted());
  assert.deepEqual(await world.subjects('INBOX'), []);
}

async function giveTo(owner: number, folder: string): Promise<void> {
  await chown(folder, owner, owner);
  for (const entry of await readdir(folder, { recursive: true }))
    await chown(path.join(folder, entry), owner, owner);
}

/** Lists, searches, reads, appends, and sends commands as they are. */
export async function curl(world: World, program: string): Promise<void> {
  await furnish(world);
  const { host, port, user, password } = world.account;
  const ask = async (url: string, ...more: string[]): Promise<string> => {
    const usual = [
      '--silent',
      '--show-error',
      '--cacert',
      world.certificateFile,
      '--max-time',
      '30',
    ];
    const where = ['--user', `${user}:${password}`, `imaps://${host}:${port}/${url}`];
    const { code, output } = await world.run(program, [...usual, ...where, ...more]);
    assert.equal(code, 0, output);
    return output.replaceAll('\r', '');
  };
  assert.match(await ask(''), /^\* LIST \([^)]*\) "\/" "?INBOX"?$/m);
  assert.equal(await ask('INBOX?SUBJECT%20two'), '* SEARCH 2\n');
  const [, two] = await world.session.messages('INBOX');
  assert.match(await ask(`INBOX;UID=${two!.key}`), /^Subject: two\n[^]*\n\nDear Bob\n$/m);
  assert.match(await ask('INBOX;MAILINDEX=3;SECTION=HEADER.FIELDS%20(Subject)'), /Subject: three/);
  assert.match(await ask('INBOX', '--request', 'STORE 1 +FLAGS (\\Flagged)'), /\\Flagged/);
  assert.match(await ask('', '--request', 'STATUS INBOX (MESSAGES)'), /MESSAGES 3/);
  const file = await world.write('letter.eml', letter({ subject: 'by curl' }));
  await ask('INBOX', '--upload-file', file);
  assert.deepEqual(await world.subjects('INBOX'), [
    'one $flagged',
    'two $seen',
    'three $seen',
    'by curl $seen',
  ]);
}
