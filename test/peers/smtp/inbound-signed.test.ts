/** A real Postfix with OpenDKIM signs and brings mail to our MX port: whose name it bears is verified, by its signature alone where SPF fails. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { findMail } from '../../support/program/mailbox.ts';
import { opendkimPeer, startOpendkim, type Opendkim } from '../../support/peers/opendkim.ts';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const BOB = 'bob@example.test';
const DOMAIN = 'sender.test';
const skip = postfixPeer().skip || opendkimPeer().skip;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const zone = declaredZone({
  [DOMAIN]: { MX: `10 mx.${DOMAIN}`, TXT: 'v=spf1 ip4:127.0.0.1 -all' },
  [`s._domainkey.${DOMAIN}`]: { TXT: dnsRecordFor(publicKey) },
  [`_dmarc.${DOMAIN}`]: { TXT: 'v=DMARC1; p=reject' },
  'elsewhere.test': { MX: `10 mx.${DOMAIN}`, TXT: 'v=spf1 -all' },
});

describe('what Postfix with OpenDKIM signs is verified here', { skip }, () => {
  let dns: ZoneServer;
  let server: RunningServer;
  let opendkim: Opendkim;
  let postfix: Postfix;
  before(async () => {
    dns = await serveZone(zone);
    server = await startRunningServer({ env: { HIKYAKU_DNS: `${dns.address}:${dns.port}` } });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    opendkim = await startOpendkim({
      mode: 'sign',
      domain: DOMAIN,
      selector: 's',
      privateKey: pem,
    });
    postfix = await startPostfix({
      milter: opendkim.socket,
      routes: { 'example.test': server.ports.smtp },
      discardRest: true,
    });
  });
  after(async () => {
    await postfix?.[Symbol.asyncDispose]();
    await opendkim?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await dns?.[Symbol.asyncDispose]();
  });

  /** Our Authentication-Results of a message that went this way, on one line. */
  async function resultsOf(
    subject: string,
    body: readonly string[],
    reversePath = `ann@${DOMAIN}`,
  ): Promise<string> {
    {
      await using client = await LineSocket.connect(postfix.port);
      await client.restOfReply();
      for (const line of ['EHLO x.test', `MAIL FROM:<${reversePath}>`, `RCPT TO:<${BOB}>`, 'DATA'])
        assert.match((await client.ask(line)).at(-1)!, /^[23]/, line);
      const header = [`From: Ann <ann@${DOMAIN}>`, `To: ${BOB},`, `  "B" <b@x.test>`];
      const fields = [...header, `Subject: ${subject}`, 'MIME-Version: 1.0'];
      const reply = await client.ask([...fields, '', ...body, '.'].join('\r\n'));
      assert.match(reply.at(-1)!, /^250/);
    }
    const mail = await findMail(server, BOB, subject);
    const raw = await server.done('mail', 'raw', BOB, mail.id);
    const [field] = /^Authentication-Results: .*(?:\r\n[ \t].*)*/m.exec(raw) ?? [];
    return field!.replaceAll(/\r\n[ \t]+/g, ' ');
  }

  for (const [name, body] of Object.entries({
    'a line': ['Hello'],
    'odd white space': ['Hello  Bob, ', '\tbye \t', '', ' ', '', ''],
    'no body': [],
    'UTF-8': ['Grüße, 飛脚'],
    'many lines': Array.from({ length: 5000 }, (_, n) => `line ${n} ${'x'.repeat(n % 70)}`),
  }))
    test(name, async () => {
      const results = await resultsOf(`signed: ${name}`, body);
      assert.match(results, /; spf=pass smtp\.mailfrom=ann@sender\.test/);
      assert.match(results, /; dkim=pass header\.d=sender\.test/);
      assert.match(results, /; dmarc=pass header\.from=sender\.test/);
    });

  test('by the signature alone, where SPF fails', async () => {
    const results = await resultsOf('signed: forwarded', ['Hello'], 'ann@elsewhere.test');
    assert.match(results, /; spf=fail smtp\.mailfrom=ann@elsewhere\.test/);
    assert.match(results, /; dkim=pass header\.d=sender\.test/);
    assert.match(results, /; dmarc=pass header\.from=sender\.test/);
  });
});
