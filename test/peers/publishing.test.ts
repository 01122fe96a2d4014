/** What is published, as others read it: BIND the zone, curl and Thunderbird what is served by HTTPS. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parseStsPolicy } from '#protocol/mta-sts/policy-file';
import { freePort } from '../support/machine/loopback-port.ts';
import { peer } from '../support/peers/installed.ts';
import { runPeer } from '../support/peers/run.ts';
import { startRunningServer, type RunningServer } from '../support/program/running-server.ts';
import { findSettings } from '../support/imap/real-clients/thunderbird-settings.ts';

const checkzone = peer('named-checkzone', 'bind9-utils');
const curl = peer('curl');
const bird = peer('thunderbird');

let server: RunningServer;
let https: number;
let http: number;

before(async () => {
  https = await freePort();
  http = await freePort();
  server = await startRunningServer({
    env: {
      HIKYAKU_HTTPS_PUBLIC_PORT: String(https),
      HIKYAKU_HTTP_PUBLIC_PORT: String(http),
      HIKYAKU_DOCTOR_ADDRESSES: '192.0.2.25,2001:db8::25',
    },
  });
});
after(() => server[Symbol.asyncDispose]());

const HEAD = `@ IN SOA ns.example.net. hostmaster.example.net. 1 3600 600 604800 300
@ IN NS ns.example.net.
`;

for (const [domain, ascii] of [
  ['example.test', 'example.test'],
  ['飛脚.example', 'xn--w40al00c.example'],
] as const)
  test(
    `BIND takes the zone of ${domain}, with every record as it was planned`,
    { skip: checkzone.skip },
    async () => {
      if (domain !== 'example.test') await server.done('domain', 'add', domain);
      for (const [lang, parked] of [
        ['en', false],
        ['ja', false],
        ['en', true],
      ] as const) {
        const args = ['domain', 'dns', domain, '--lang', lang, ...(parked ? ['--parked'] : [])];
        const fragment = await server.done(...args, '--format', 'zone');
        const file = path.join(server.home, 'zone');
        const dump = path.join(server.home, 'zone.dump');
        await writeFile(file, fragment.replace(/^(\$TTL .*)$/m, `$1\n${HEAD}`));
        const checked = await runPeer(checkzone.path, [
          '-i',
          'local',
          '-D',
          '-o',
          dump,
          ascii,
          file,
        ]);
        assert.equal(checked.code, 0, checked.output);
        assert.doesNotMatch(checked.output, /warning|ignor|error/i);
        const zone = (await readFile(dump, 'utf8')).split('\n').map((line) => line.split(/\s+/));
        const planned = await server.json<{
          zone: string;
          need: string;
          type: string;
          name: string;
          data: string;
        }>(...args, '--format', 'json');
        const own = planned.filter((row) => row.zone === 'domain' && row.need !== 'remove');
        assert.ok(own.length >= (parked ? 4 : 15));
        for (const { name, type, data } of own)
          assert.ok(
            zone.some(
              ([owner, , , its, ...rest]) =>
                owner === `${name}.` && its === type && sameText(rest.join(' '), data),
            ),
            `${type} ${name} ${data}`,
          );
      }
    },
  );

/** TLSA in capitals and in pieces is the same. */
function sameText(there: string, planned: string): boolean {
  const plain = (text: string): string =>
    text.toLowerCase().replaceAll(/(?<=[0-9a-f]{8}) (?=[0-9a-f])/g, '');
  return plain(there) === plain(planned);
}

test(
  'curl fetches the policy by HTTPS, and is led there from HTTP',
  { skip: curl.skip },
  async () => {
    const name = 'mta-sts.example.test';
    const fetched = await runPeer(curl.path, [
      ['--silent', '--show-error', '--insecure', '--location', '--max-redirs', '1', '--include'],
      ['--resolve', `${name}:${http}:127.0.0.1`, '--resolve', `${name}:${https}:127.0.0.1`],
      `http://${name}:${http}/.well-known/mta-sts.txt`,
    ]);
    assert.equal(fetched.code, 0, fetched.output);
    const [redirect = '', head = '', body = ''] = fetched.output.split('\r\n\r\n');
    assert.match(
      redirect,
      new RegExp(`^HTTP/1\\.1 301 .*location: https://${name}:${https}/`, 'is'),
    );
    assert.match(head, /^HTTP\/1\.1 200 /);
    assert.match(head, /strict-transport-security: max-age=/i);
    assert.doesNotMatch(head, /^server:/im);
    assert.equal(parseStsPolicy(Buffer.from(body)).kind, 'policy');
  },
);

test('Thunderbird finds the settings of an address by itself', { skip: bird.skip }, async () => {
  const certificate = await readFile(path.join(server.data, 'tls/self-signed.crt'), 'utf8');
  const found = await findSettings(bird.path, 'alice@example.test', {
    httpsPort: https,
    certificate,
  });
  assert.match(found.subsource, /isp-https$/);
  assert.ok(found.asked.includes('autoconfig.example.test:443'));
  const { ports } = server;
  assert.deepEqual(
    found.incoming.map(({ type, hostname, port, socketType }) => [
      type,
      hostname,
      port,
      socketType,
    ]),
    [
      ['imap', 'mail.example.test', ports.imaps, 3],
      ['imap', 'mail.example.test', ports.imap, 2],
    ],
  );
  assert.deepEqual(
    found.outgoing.map(({ type, hostname, port, socketType }) => [
      type,
      hostname,
      port,
      socketType,
    ]),
    [
      ['smtp', 'mail.example.test', ports.submissions, 3],
      ['smtp', 'mail.example.test', ports.submission, 2],
    ],
  );
  assert.equal(found.incoming[0]!.username, '%EMAILADDRESS%');
});
