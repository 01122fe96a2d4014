/**
 * GNU SASL's command logs in to our submission port over STARTTLS, by every mechanism that we offer. It brings its own
 * TLS (GnuTLS), so that both ends of a channel binding are computed by different libraries, and it checks the
 * certificate that a first start makes. App passwords take the place of the account password in each of them.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { addAppPassword, removeAppPassword } from '#mail/accounts/administer-app-passwords';
import { ensureSelfSigned } from '#servers/net/self-signed';
import { TlsIdentities, type TlsFiles } from '#servers/net/tls-context';
import { peer } from '../../support/peers/installed.ts';
import { runPeer } from '../../support/peers/run.ts';
import {
  HOSTNAME,
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestStore,
} from '../../support/smtp/own-server.ts';

const gsasl = peer('gsasl');
const options = { skip: gsasl.skip };

let at: TestStore;
let folder: string;
let files: TlsFiles;
let tls: TlsIdentities;
before(async () => {
  if (gsasl.skip !== false) return;
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-gsasl-'));
  files = await ensureSelfSigned(folder, HOSTNAME, Date.now());
  const opened = await TlsIdentities.open(files, silentLog);
  assert.ok(opened.kind === 'open');
  tls = opened.tls;
  at = await openTestStore();
});
after(async () => {
  if (gsasl.skip !== false) return;
  await at[Symbol.asyncDispose]();
  tls[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

/** What gsasl said and did, and what the server noted of it. */
async function login(mechanism: string, password: string, more: readonly string[]) {
  await using smtp = await startTestSmtp(at, { tls });
  const run = await runPeer(gsasl.path, [
    ['--smtp', '-m', mechanism, '--verbose', `--x509-ca-file=${files.certificate}`],
    ['-a', 'alice@example.test', '-p', password],
    more,
    ['127.0.0.1', String(smtp.ports.submission)],
  ]);
  await smtp.server.stop(0);
  return { ...run, noted: smtp.noted.map((event) => [event.type, event.public]) };
}

const LOGINS = [
  { mechanism: 'PLAIN', more: [] },
  { mechanism: 'LOGIN', more: [] },
  // With a binding at hand it takes the mechanism without one for a downgrade, and stops by itself.
  { mechanism: 'SCRAM-SHA-256', more: ['--no-cb'] },
  { mechanism: 'SCRAM-SHA-256-PLUS', more: [] },
];

for (const { mechanism, more } of LOGINS) {
  test(`gsasl logs in by ${mechanism} under STARTTLS`, options, async () => {
    const { code, output, noted } = await login(mechanism, PASSWORD, more);
    assert.match(output, /^235 2\.7\.0/m, output);
    assert.equal(code, 0, output);
    const facts = { listener: 'submission', mechanism, tls: 'TLSv1.3' };
    assert.deepEqual(noted, [['session.authenticated', facts]]);
    const binding = /^cD10bHMtZXhwb3J0ZXIs/m.test(output);
    assert.equal(binding, mechanism.endsWith('-PLUS'), 'p=tls-exporter');
  });

  test(
    `gsasl with a wrong password is refused by ${mechanism}, which is noted`,
    options,
    async () => {
      const { code, output, noted } = await login(mechanism, 'wrong password', more);
      assert.notEqual(code, 0);
      assert.doesNotMatch(output, /^235/m);
      const facts = { listener: 'submission', mechanism, reason: 'wrong-credentials' };
      assert.deepEqual(noted, [['session.authentication-failed', facts]]);
    },
  );

  test(
    `gsasl logs in by ${mechanism} with an app password, until it is removed`,
    options,
    async () => {
      const account = 'alice@example.test';
      const made = await addAppPassword(at.administer, account, 'gsasl', ['submission']);
      const reader = await addAppPassword(at.administer, account, 'reader', ['imap']);
      assert.ok(made.kind === 'made' && reader.kind === 'made');
      const well = await login(mechanism, made.text, more);
      assert.match(well.output, /^235 2\.7\.0/m, well.output);
      assert.equal(well.code, 0, well.output);
      assert.deepEqual(
        well.noted.map(([type]) => type),
        ['session.authenticated'],
      );
      const read = await login(mechanism, reader.text, more);
      assert.match(read.output, /^535 5\.7\.8 This app password is not for sending/m, read.output);
      assert.notEqual(read.code, 0);
      for (const { id } of [made, reader]) await removeAppPassword(at.administer, account, id);
      const gone = await login(mechanism, made.text, more);
      assert.notEqual(gone.code, 0);
      assert.doesNotMatch(gone.output, /^235/m);
    },
  );
}
