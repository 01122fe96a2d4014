import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dovecotPeer, startDovecot } from '../../support/peers/dovecot.ts';
import { codeOf, dataOf, ImapClient, literal } from '../../support/imap/client.ts';

const { skip } = dovecotPeer();

describe('a throw-away Dovecot', { skip }, () => {
  test('takes logins by TLS and STARTTLS, keeps mail over a stop, and leaves nothing', async () => {
    const dovecot = await startDovecot();
    {
      await using dovecotRuns = dovecot;
      {
        await using client = await ImapClient.login(dovecot.account('alice', 'implicit'));
        const offered = await client.capabilities();
        for (const name of [
          'QRESYNC',
          'NOTIFY',
          'METADATA',
          'COMPRESS=DEFLATE',
          'QUOTA',
          'PREVIEW',
        ])
          assert.ok(offered.has(name), name);
        const appended = await client.ok('APPEND INBOX ', literal('Subject: one\r\n\r\n1\r\n'));
        assert.ok(codeOf([appended], 'APPENDUID'));
      }
      assert.equal(readdirSync(`${dovecot.maildir('alice@example.test')}/new`).length, 1);
      await dovecotRuns.stop();
      assert.equal(dovecot.pid, undefined);
      await dovecot.start();
      await using client = await ImapClient.login(dovecot.account('alice', 'starttls'));
      await client.compress();
      const { untagged } = await client.ok('SELECT INBOX');
      assert.deepEqual(dataOf(untagged, 'EXISTS'), [['1', 'EXISTS']]);
    }
    assert.ok(!existsSync(dovecot.home));
  });

  test('lets nobody in with a wrong password', async () => {
    await using dovecot = await startDovecot();
    await using client = await ImapClient.connect(dovecot.account('bob', 'none'));
    await client.fails('NO', 'LOGIN bob@example.test not-it');
  });
});
