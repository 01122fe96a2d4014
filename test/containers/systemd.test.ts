/**
 * The units of deploy/systemd under a real systemd: a Debian machine in a container, set up by the commands of docs/production.md as an
 * administrator types them, with the PostgreSQL of Debian and with our own. Needs a Docker engine with an image node:24-bookworm-slim.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/program/running-server.ts';
import { Wire } from '../support/smtp/wire.ts';
import { engineSkip } from './engine.ts';
import { buildMachine, Machine } from './machine.ts';
import { keepSending } from './keep-sending.ts';

const HOST = 'mail.here.test';
const ME = 'me@here.test';
const PASSWORD = 'a password for this machine alone\n';
const PORTS = [25, 80, 143, 443, 465, 587, 993];
const PORT_UNITS = ['smtp', 'http', 'imap', 'https', 'submissions', 'submission', 'imaps'].map(
  (name) => `/etc/systemd/system/hikyaku-${name}.socket`,
);
/** CAP_NET_BIND_SERVICE, by its number. */
const BIND_SERVICE = 1n << 10n;
/** As `systemd-analyze security` counts, tenths: «OK» begins at 4 and ends at 1. */
const MOST_EXPOSED = '20';

const [, ownDatabase = '', setUp = '', start = ''] = commandsBelow('## With systemd');

/** The blocks of commands of a section of the page for production. */
function commandsBelow(heading: string): string[] {
  const page = readFileSync(new URL('../../docs/production.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf(`${heading}\n`) + heading.length).split(/^## /m)[0]!;
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands!);
}

/** The same commands with what is there in place of what a person answers or reads. */
function changed(commands: string, from: string, to: string): string {
  assert.ok(commands.includes(from), `«${from}» is in\n${commands}`);
  return commands.replace(from, to);
}

async function setUpOn(machine: Machine): Promise<void> {
  // its own resolver, which has one name, that of who writes
  await machine.type(
    `printf 'server:\\n  local-zone: "elsewhere.test." static\\n  local-data: "elsewhere.test. A 192.0.2.9"\\n' | sudo tee /etc/unbound/unbound.conf.d/elsewhere.conf
     sudo systemctl restart unbound`,
  );
  await machine.type(
    `echo 'dns = ["127.0.0.1:53"]' | sudo -u hikyaku tee -a /etc/hikyaku/hikyaku.toml`,
  );
  const flags = `--address ${ME} --hostname ${HOST} --password-file - --yes --no-doctor`;
  await machine.type(changed(setUp, 'hikyaku setup', `hikyaku setup ${flags}`), PASSWORD);
}

/** The lines of a block that begin so, and the others. */
function split(commands: string, begin: string): [string, string] {
  const lines = commands.split('\n');
  const chosen = lines.filter((line) => line.startsWith(begin));
  assert.ok(chosen.length > 0, `no line of these begins with ${begin}:\n${commands}`);
  return [chosen.join('\n'), lines.filter((line) => !line.startsWith(begin)).join('\n')];
}

const [openSockets, afterSockets] = split(start, 'sudo systemctl enable --now hikyaku-');
const [startService] = split(afterSockets, 'sudo systemctl enable --now hikyaku.service');
const [askDoctor] = split(afterSockets, 'sudo -u hikyaku');
const [reloadUnits] = split(afterSockets, 'sudo systemctl daemon-reload');

async function property(machine: Machine, name: string, unit = 'hikyaku'): Promise<string> {
  return (await machine.root('systemctl', 'show', '--property', name, '--value', unit)).trim();
}

async function subjects(machine: Machine): Promise<string[]> {
  const text = await machine.type(
    `sudo -u hikyaku env HIKYAKU_DATA_DIR=/var/lib/hikyaku hikyaku mail list ${ME} --json`,
  );
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { subject: string }).subject);
}

function journal(machine: Machine): Promise<string> {
  return machine.root(
    ...'journalctl --unit hikyaku --identifier hikyaku --output cat --no-pager'.split(' '),
  );
}

async function send(wire: Wire, subject: string): Promise<void> {
  for (const [command, code] of [
    ['MAIL FROM:<sender@elsewhere.test>', 250],
    [`RCPT TO:<${ME}>`, 250],
    ['DATA', 354],
    [`Subject: ${subject}\r\n\r\n.`, 250],
  ] as const)
    assert.equal((await wire.command(command)).code, code, command);
}

async function open(machine: Machine): Promise<Wire> {
  const wire = await Wire.open(25, false, machine.address);
  assert.equal((await wire.command('EHLO client.test')).code, 250);
  return wire;
}

describe('the units of systemd', { skip: engineSkip() }, () => {
  let machine: Machine;

  before(async () => {
    await buildMachine();
    machine = await Machine.boot('hikyaku-test-systemd', HOST);
  });
  after(() => machine?.[Symbol.asyncDispose]());

  test('nothing in them is wrong to systemd, and little of the machine is open to the service', async () => {
    await machine.type(reloadUnits);
    const units = ['verify', '/etc/systemd/system/hikyaku.service', ...PORT_UNITS];
    const verified = await machine.try('systemd-analyze', ...units);
    assert.deepEqual(verified, { code: 0, stdout: '', stderr: '' });
    const judged = ['security', `--threshold=${MOST_EXPOSED}`, '--no-pager', 'hikyaku.service'];
    const { code, stdout } = await machine.try('systemd-analyze', ...judged);
    assert.equal(code, 0, stdout);
    console.log(stdout.trimEnd().split('\n').at(-1));
  });

  test('the sockets listen on every port before there is a server, and who connects starts it', async () => {
    await machine.type(ownDatabase);
    await setUpOn(machine);
    await machine.type(openSockets);
    const listening = await machine.root('ss', '--no-header', '--listening', '--tcp', '--numeric');
    for (const port of PORTS) assert.match(listening, new RegExp(` \\*:${port} `));
    assert.equal(await property(machine, 'ActiveState'), 'inactive');
    const wire = await open(machine);
    await send(wire, 'who came first');
    assert.equal((await wire.command('QUIT')).code, 221);
    assert.equal(await property(machine, 'ActiveState'), 'active');
    assert.deepEqual(await subjects(machine), ['who came first']);
  });

  test('it says itself that it is ready, and runs without rights but for low ports', async () => {
    await machine.type(startService);
    const status = await machine.root('systemctl', 'status', '--no-pager', 'hikyaku');
    assert.match(status, /Active: active \(running\)/);
    assert.equal(await property(machine, 'Type'), 'notify');
    const pid = await property(machine, 'MainPID');
    const told = await machine.root('cat', `/proc/${pid}/status`);
    const [, user] = /^Uid:\s+(\d+)/m.exec(told)!;
    assert.equal(user, (await machine.root('id', '--user', 'hikyaku')).trim());
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      const [, octets] = new RegExp(`^${set}:\\s+(\\w+)`, 'm').exec(told)!;
      assert.equal(BigInt(`0x${octets}`), BIND_SERVICE, set);
    }
    assert.match(told, /^NoNewPrivs:\s+1$/m);
  });

  test('the doctor finds the server, and no check of it fails by itself', async () => {
    const { stdout } = await machine.try(
      'sudo',
      '-u',
      'admin',
      'bash',
      '-c',
      `${changed(askDoctor, 'example.org', 'here.test')} --json`,
    );
    const results = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: string; status: string; finding: string });
    assert.ok(results.length > 50, stdout);
    const states = new Map(results.map(({ id, status }) => [id, status]));
    assert.equal(states.get('N1'), 'pass');
    assert.deepEqual(
      results.filter(({ finding }) => finding === 'broke'),
      [],
    );
  });

  test('a reload keeps the session that is under way, and reads the settings', async () => {
    const wire = await open(machine);
    await machine.type(
      `echo 'log_level = "debug"' | sudo -u hikyaku tee -a /etc/hikyaku/hikyaku.toml`,
    );
    await machine.type('sudo systemctl reload hikyaku');
    await eventually('it has read them', async () =>
      (await journal(machine)).includes(
        '"event":"server.reloaded","applied":["log_level"],"atNextStart":[]',
      ),
    );
    await send(wire, 'over a reload');
    assert.equal((await wire.command('QUIT')).code, 221);
  });

  test('a restart refuses nobody: what is under way is answered, who comes waits, what was acknowledged is there once', async () => {
    const idle = await open(machine);
    const before = await property(machine, 'MainPID');
    await using senders = keepSending(machine.address, ME, 8);
    await eventually('they send', () => senders.acknowledged.length > 20);
    await machine.type('sudo systemctl restart hikyaku');
    assert.equal((await idle.reply()).code, 421);
    const sofar = senders.acknowledged.length;
    await eventually('they send on', () => senders.acknowledged.length > sofar + 20);
    await senders[Symbol.asyncDispose]();
    assert.notEqual(await property(machine, 'MainPID'), before);
    assert.deepEqual(senders.refused, []);
    const found = (await subjects(machine)).filter((subject) => subject.startsWith('load '));
    assert.equal(new Set(found).size, found.length, 'once each');
    for (const subject of senders.acknowledged) assert.ok(found.includes(subject), subject);
    console.log(
      `${senders.acknowledged.length} messages over a restart, ${senders.closed} sessions closed by 421`,
    );
  });

  test('killed, it comes back, and who came meanwhile is served', async () => {
    await machine.root('systemctl', 'kill', '--signal', 'KILL', 'hikyaku');
    const wire = await open(machine);
    await send(wire, 'after it was killed');
    assert.equal(await property(machine, 'NRestarts'), '1');
  });

  test('stuck, it is ended by the watchdog and comes back', async () => {
    await machine.type(
      `sudo mkdir -p /run/systemd/system/hikyaku.service.d
       printf '[Service]\\nWatchdogSec=4\\n' | sudo tee /run/systemd/system/hikyaku.service.d/watchdog.conf
       sudo systemctl daemon-reload
       sudo systemctl restart hikyaku`,
    );
    // alive is what it says of itself, for longer than the watchdog waits
    const pid = await property(machine, 'MainPID');
    const fed = await property(machine, 'WatchdogTimestampMonotonic');
    await eventually('the watchdog is fed', async () => {
      return (await property(machine, 'WatchdogTimestampMonotonic')) !== fed;
    });
    assert.equal(await property(machine, 'MainPID'), pid);
    await machine.root('kill', '-STOP', pid);
    await eventually(
      'another process is there',
      async () => {
        const now = await property(machine, 'MainPID');
        return now !== pid && now !== '0';
      },
      90,
    );
    await send(await open(machine), 'after it was stuck');
    const said = await machine.root('journalctl', '--unit', 'hikyaku', '--no-pager');
    assert.match(said, /Watchdog timeout/);
  });

  test('its lines are in the journal, each an object with its event, and systemd heard all that it said', async () => {
    const lines = (await journal(machine)).split('\n').filter((line) => line.startsWith('{'));
    const events = new Set(lines.map((line) => (JSON.parse(line) as { event: string }).event));
    for (const event of ['server.ready', 'server.reloaded', 'server.stopped'])
      assert.ok(events.has(event), event);
    assert.ok(!events.has('service.not-told'));
    const all = await machine.root('journalctl', '--no-pager');
    assert.doesNotMatch(all, /Cannot find unit for notify message|ignoring notification/i);
  });

  test('after a boot it is there by itself', async () => {
    const stops = async (): Promise<number> =>
      (await journal(machine)).match(/"server\.stopped"/g)?.length ?? 0;
    // kept over a boot, as on a machine that has the folder
    await machine.root('mkdir', '-p', '/var/log/journal');
    await machine.root('journalctl', '--flush');
    const before = await stops();
    await machine.reboot();
    await eventually('it is up', async () => (await property(machine, 'ActiveState')) === 'active');
    const wire = await open(machine);
    await send(wire, 'after a boot');
    assert.ok((await subjects(machine)).includes('who came first'));
    assert.equal(await stops(), before + 1, 'it was stopped, not killed');
  });
});

describe(
  'the units of systemd, with the PostgreSQL in the data folder',
  { skip: engineSkip() },
  () => {
    let machine: Machine;

    before(async () => {
      await buildMachine();
      machine = await Machine.boot('hikyaku-test-systemd-own', HOST);
    });
    after(() => machine?.[Symbol.asyncDispose]());

    test('it starts within all that the unit forbids, takes mail, and ends with its database', async () => {
      await setUpOn(machine);
      await machine.type(`${reloadUnits}\n${openSockets}\n${startService}`);
      await send(await open(machine), 'into our own database');
      await machine.type('sudo systemctl restart hikyaku');
      assert.deepEqual(await subjects(machine), ['into our own database']);
      await machine.type('sudo systemctl stop hikyaku');
      assert.equal(await property(machine, 'Result'), 'success');
      const left = await machine.try('pgrep', '--list-full', '--uid', 'hikyaku');
      assert.equal(left.stdout, '');
    });

    test('killed with its database, it comes back with what it had', async () => {
      await machine.type('sudo systemctl start hikyaku');
      await machine.root('systemctl', 'kill', '--signal', 'KILL', '--kill-whom', 'all', 'hikyaku');
      await send(await open(machine), 'after both were killed');
      assert.deepEqual((await subjects(machine)).toSorted(), [
        'after both were killed',
        'into our own database',
      ]);
    });
  },
);
