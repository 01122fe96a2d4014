import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { opendkimPeer, startOpendkim } from '../../support/peers/opendkim.ts';
import { peer } from '../../support/peers/installed.ts';
import { postfixPeer, startPostfix } from '../../support/peers/postfix.ts';

const swaks = peer('swaks');
const opendkim = opendkimPeer();
const skip = postfixPeer().skip || swaks.skip;

/** Sends one message with swaks; its output, and its exit code, which tells at which step it was refused. */
async function send(
  port: number,
  to: string,
  ...more: readonly string[]
): Promise<{ code: number; output: string }> {
  const args = ['--server', '127.0.0.1', '--port', String(port), '--from', 'ann@client.test'];
  try {
    const { stdout } = await promisify(execFile)(swaks.path, [...args, '--to', to, ...more]);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}

describe('a throw-away Postfix', { skip }, () => {
  test('delivers to a Maildir, refuses whom it is told to refuse, and strangers', async () => {
    await using postfix = await startPostfix({
      mailboxes: ['bob@relay.test', 'carol@relay.test'],
      refuse: { 'carol@relay.test': '550 5.7.1 not wanted here' },
    });
    const sent = await send(postfix.port, 'bob@relay.test', '--body', 'a letter');
    assert.equal(sent.code, 0, sent.output);
    const [mail] = await postfix.awaitMail('bob@relay.test', 1);
    assert.match(mail!.toString('latin1'), /^Delivered-To: bob@relay\.test$/m);
    assert.match(mail!.toString('latin1'), /^a letter$/m);
    const refused = await send(postfix.port, 'carol@relay.test');
    assert.match(refused.output, /550 5\.7\.1 .*not wanted here/);
    const stranger = await send(postfix.port, 'dan@relay.test');
    assert.match(stranger.output, /550 5\.1\.1/);
    assert.equal(await postfix.queued(), 0);
  });

  test('is gone while stopped, and comes back on the same port with its queue', async () => {
    await using next = await startPostfix({ mailboxes: ['bob@relay.test'] });
    await using postfix = await startPostfix({ routes: { '*': next.port } });
    await next.stop();
    assert.equal(next.pid(), undefined);
    const sent = await send(postfix.port, 'bob@relay.test', '--body', 'kept until later');
    assert.equal(sent.code, 0, sent.output);
    await next.start();
    await postfix.flush();
    assert.equal((await next.awaitMail('bob@relay.test', 1)).length, 1);
  });

  test('throws mail away where told so', async () => {
    await using postfix = await startPostfix({ discardRest: true });
    const sent = await send(postfix.port, 'anyone@anywhere.test');
    assert.equal(sent.code, 0, sent.output);
  });

  test('OpenDKIM signs in one and verifies in another', { skip: opendkim.skip }, async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const record = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    await using signer = await startOpendkim({
      mode: 'sign',
      domain: 'client.test',
      selector: 's1',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    await using verifier = await startOpendkim({
      mode: 'verify',
      records: { 's1._domainkey.client.test': `v=DKIM1; k=rsa; p=${record}` },
    });
    await using receiver = await startPostfix({
      mailboxes: ['bob@relay.test'],
      milter: verifier.socket,
    });
    await using sender = await startPostfix({
      routes: { 'relay.test': receiver.port },
      milter: signer.socket,
    });
    const sent = await send(sender.port, 'bob@relay.test', '--body', 'signed');
    assert.equal(sent.code, 0, sent.output);
    const [signed] = await receiver.awaitMail('bob@relay.test', 1);
    assert.match(signed!.toString('latin1'), /^DKIM-Signature: .*d=client\.test/m);
    assert.match(
      signed!.toString('latin1'),
      /^Authentication-Results: opendkim\.test;\s+dkim=pass/m,
    );

    await send(receiver.port, 'bob@relay.test', '--body', 'not signed');
    const unsigned = (await receiver.awaitMail('bob@relay.test', 2))[1]!.toString('latin1');
    assert.doesNotMatch(unsigned, /dkim=pass/);
  });
});
