/** mutt, at a terminal of its own (script of util-linux): reads, flags, copies, deletes and postpones letters. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { World } from './world.ts';

export async function mutt(world: World, program: string): Promise<void> {
  for (const subject of ['one', 'two', 'three', 'four'])
    await world.store('INBOX', { subject, body: `the body of ${subject}\r\n` });
  await world.session.create('Copies');
  const { host, port, user, password } = world.account;
  const config = await world.write(
    'muttrc',
    `set imap_user="${user}"
set imap_pass="${password}"
set folder="imaps://${host}:${port}/"
set spoolfile="+INBOX"
set postponed="+Drafts"
set from="${user}"
set ssl_force_tls=yes
set certificate_file="${world.certificateFile}"
set confirmappend=no
set delete=yes
set quit=yes
set postpone=yes
set abort_unmodified=no
set mark_old=no
set sort=mailbox-order
set wait_key=no
set editor="true"
`,
  );
  const keys = [
    '<search>~s one<enter><display-message><exit>',
    '<search>~s two<enter><flag-message>',
    '<search>~s three<enter><copy-message>=Copies<enter><pipe-message>cat>read<enter>',
    '<search>~s four<enter><delete-message><sync-mailbox>',
    '<mail>dan@x.test<enter>a draft<enter><postpone-message>',
    '<quit>',
  ];
  const command = [program, '-F', config, '-e', `push '${keys.join('')}'`].map(shellQuoted);
  const args = ['-qec', command.join(' '), '/dev/null'];
  const { code, output } = await world.run('/usr/bin/script', args);
  assert.equal(code, 0, output);
  assert.deepEqual(await world.subjects('INBOX'), ['one $seen', 'two $flagged', 'three']);
  assert.deepEqual(await world.subjects('Copies'), ['three']);
  assert.deepEqual(await world.subjects('Drafts'), ['a draft $draft']);
  assert.match(await readFile(world.file('read'), 'utf8'), /the body of three/);
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
