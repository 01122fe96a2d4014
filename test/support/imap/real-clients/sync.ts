/** mbsync and offlineimap: two programs that keep a Maildir and an account alike, in both directions. */
import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { letter } from '../../mailbox-contract/letter.ts';
import type { World } from './world.ts';

/** INBOX with 30 letters in it and some flags, and two more mailboxes. */
async function furnish(world: World): Promise<void> {
  const flags = [[], ['$seen'], ['$flagged'], ['$answered', '$seen']];
  for (let i = 1; i <= 30; i++)
    await world.store(
      'INBOX',
      { subject: `letter ${i}`, messageId: `<${i}@x.test>` },
      flags[i % 4],
    );
  for (const mailbox of ['Work', 'Work/2025', '日本語']) {
    await world.session.create(mailbox);
    await world.store(mailbox, { subject: `in ${mailbox.replaceAll(/[^\w/]+/g, 'nihongo')}` });
  }
}

/** The file of a Maildir that holds a letter with this subject. */
async function fileOf(world: World, maildir: string, subject: string): Promise<string> {
  for (const part of ['cur', 'new'])
    for (const name of await readdir(world.file(`${maildir}/${part}`))) {
      const file = path.join(world.file(maildir), part, name);
      if ((await readFile(file, 'utf8')).includes(`Subject: ${subject}\r\n`)) return file;
      if ((await readFile(file, 'utf8')).includes(`Subject: ${subject}\n`)) return file;
    }
  throw new Error(`no "${subject}" in ${maildir}`);
}

/** Works on both sides: each flags, removes and adds a letter. */
async function changeBoth(world: World, maildir: string): Promise<void> {
  const flagged = await fileOf(world, maildir, 'letter 4');
  const [base] = path.basename(flagged).split(':');
  await rename(flagged, world.file(`${maildir}/cur/${base}:2,FS`));
  await rm(await fileOf(world, maildir, 'letter 8'));
  await world.write(`${maildir}/new/1700000000.added.here`, letter({ subject: 'from here' }));
  const keys = (await world.session.messages('INBOX')).map(({ key }) => key);
  await world.session.setFlags('INBOX', [keys[11]!], { add: ['$answered'] });
  await world.session.expunge('INBOX', [keys[15]!]);
  await world.store('INBOX', { subject: 'from there' });
}

const FLAG_LETTERS = { $seen: 'S', $flagged: 'F', $answered: 'R', $draft: 'D' };

/** Both sides hold the same letters with the same flags. */
async function assertAlike(world: World, maildir: string, count: number): Promise<void> {
  const there = (await world.subjects('INBOX')).map((line) => {
    const words = line.split(' ');
    const flags = words.filter((word) => word in FLAG_LETTERS);
    const letters = flags.map((flag) => FLAG_LETTERS[flag as keyof typeof FLAG_LETTERS]);
    const subject = words.filter((word) => !word.startsWith('$')).join(' ');
    return [subject, letters.toSorted().join('')].join(' ').trim();
  });
  assert.deepEqual(there.toSorted(), await world.maildir(maildir));
  assert.equal(there.length, count);
  for (const subject of ['from here', 'from there'])
    assert.ok(
      there.some((line) => line.startsWith(subject)),
      subject,
    );
  assert.ok(there.includes('letter 4 FS') && there.includes('letter 12 R'));
}

/**
 * Runs the program until both sides are alike, works on both, and runs it again. A run after which nothing changed moves nothing.
 * @param moves what it says when it moves something
 * @param japanese the folder that the mailbox 日本語 goes to
 */
async function syncTwice(
  world: World,
  [program, ...args]: readonly [string, ...string[]],
  moves: RegExp,
  japanese: string,
): Promise<void> {
  const sync = async (): Promise<string> => {
    const { code, output } = await world.run(program, args);
    assert.equal(code, 0, output);
    return output;
  };
  await sync();
  assert.equal((await world.maildir('mail/INBOX')).length, 30);
  assert.deepEqual(await world.maildir('mail/Work/2025'), ['in Work/2025']);
  assert.deepEqual(await world.maildir(`mail/${japanese}`), ['in nihongo']);
  assert.doesNotMatch(await sync(), moves);
  await changeBoth(world, 'mail/INBOX');
  assert.match(await sync(), moves);
  await assertAlike(world, 'mail/INBOX', 30);
  assert.doesNotMatch(await sync(), moves);
  await assertAlike(world, 'mail/INBOX', 30);
}

export async function mbsync(world: World, program: string): Promise<void> {
  await furnish(world);
  const { host, port, user, password } = world.account;
  const config = await world.write(
    'mbsyncrc',
    `IMAPAccount test
Host ${host}
Port ${port}
User ${user}
Pass ${password}
SSLType IMAPS
CertificateFile ${world.certificateFile}

IMAPStore remote
Account test

MaildirStore local
Path ${world.home}/mail/
Inbox ${world.home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :remote:
Near :local:
Patterns *
Create Both
Remove Both
Expunge Both
Sync All
SyncState *
CopyArrivalDate yes
`,
  );
  await world.write('mail/.keep', '');
  const moves = /^>>> \d+ (?:UID )?(?:APPEND|STORE|COPY|MOVE|EXPUNGE|CREATE|FETCH .*BODY)/m;
  await syncTwice(world, [program, '-c', config, '-Dn', '-a'], moves, '&ZeVnLIqe-');
}

export async function offlineimap(world: World, program: string): Promise<void> {
  await furnish(world);
  const { host, port, user, password } = world.account;
  const config = await world.write(
    'offlineimaprc',
    `[general]
accounts = test
metadata = ${world.home}/metadata
[Account test]
localrepository = local
remoterepository = remote
utf8foldernames = yes
[Repository local]
type = Maildir
localfolders = ${world.home}/mail
sep = /
[Repository remote]
type = IMAP
remotehost = ${host}
remoteport = ${port}
remoteuser = ${user}
remotepass = ${password}
ssl = yes
ssl_version = tls1_2
cert_fingerprint = ${world.fingerprint('sha1')}
auth_mechanisms = PLAIN
maxconnections = 1
`,
  );
  const moves = /Copy message|Deleting|Adding flags|Removing flags|flags to|to:/i;
  await syncTwice(world, [program, '-o', '-u', 'basic', '-c', config], moves, '日本語');
}
