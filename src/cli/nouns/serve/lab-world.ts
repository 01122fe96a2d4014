/** The practice Internet for `hikyaku dev`: made from the settings, and the settings that hold within it. */
import path from 'node:path';
import type { Config } from '#config';
import type { Log } from '#log';
import { CA_PORT } from '#lab/ca/start';
import type { LabClock } from '#lab/clock';
import { heldHook } from '#lab/guard/hook';
import { isOnLoopback } from '#lab/guard/loopback';
import { makeWorld, type World } from '#lab/world';
import type { Surroundings } from '#server/surroundings';
import type { KnownCommands } from '#cli/noun';

export interface LabAround {
  /** The settings as they hold in the practice Internet. */
  readonly config: Config;
  /** On which the server listens too. */
  readonly addresses: readonly string[];
  readonly surroundings: Surroundings;
  readonly world: Pick<World, 'network' | 'settle'>;
}

export interface LabOptions {
  /** Undefined: nobody learns there. */
  readonly commands?: KnownCommands;
  /** Of a world whose calendar begins elsewhere than now. */
  readonly clock?: LabClock;
}

/** From here on nothing leaves the machine. */
export function labAround(config: Config, log: Log, options: LabOptions = {}): LabAround {
  const scanners = ['rspamd.url', 'rspamd.learn'] as const;
  const world = makeWorld({
    prefix: config['lab.network'],
    seed: config['lab.seed'],
    dataDir: path.resolve(config.data_dir),
    log,
    hostname: config.hostname,
    ...options,
    allowed: [
      ...databaseHost(config.database_url),
      ...scanners.map((key) => hostOf(config[key])).filter(isNeighbour),
    ],
    ownPorts: new Map([
      [25, config['smtp.port']],
      [587, config['submission.port']],
      [465, config['submissions.port']],
      [143, config['imap.port']],
      [993, config['imaps.port']],
    ]),
  });
  if (config.workers > 1) {
    log.warn('lab.one-worker', {
      workers: config.workers,
      remedy:
        'One process owns the practice Internet, so one worker runs. To try several: hikyaku dev --no-lab.',
    });
  }
  const away = scanners.filter((key) => !isHere(hostOf(config[key])));
  if (away.length > 0) {
    log.warn('lab.without-scanner', {
      settings: away,
      remedy:
        'While the practice Internet is on, mail is shown to no other machine: a content scanner has to be on 127.0.0.1 or ::1, or in a container beside this one, by a name without a dot. To try it where it is: hikyaku dev --no-lab.',
    });
  }
  const { network, calls, settle, ...rest } = world;
  const own = network.addressOf('mail.example.test');
  const resolver = network.placeOf(network.addressOf('resolver.test'), 53);
  return {
    config: {
      ...config,
      workers: 1,
      dns: [`${resolver.address}:${resolver.port}`],
      'queue.source_addresses': [own],
      'doctor.addresses': [own],
      'acme.dns_hook': heldHook(config['acme.dns_hook'], {
        uid: process.getuid!(),
        gid: process.getgid!(),
      }),
      ...Object.fromEntries(away.map((key) => [key, ''])),
      ...(config['acme.directory'] === 'off' && {
        'acme.directory': `https://${network.addressOf('ca.test')}:${CA_PORT}/dir`,
        'acme.terms_agreed': true,
      }),
      ...(config['unsubscribe.url'] === '' && { 'unsubscribe.url': `https://${config.hostname}` }),
      'reports.tls': true,
      'reports.dmarc': true,
      'alerts.mail': true,
      'doctor.issuer': 'ca.test',
      // nobody outside is asked
      'doctor.public_resolver': [],
      'doctor.time_server': '',
      'doctor.rdap': '',
      'doctor.node_releases': '',
      'doctor.releases': '',
      'doctor.probe': '',
      'doctor.mail_exchanges': ['bigmail.test', 'hottest.test', 'purple.test'],
      'http.public_address': own,
      'http.public_port': network.localPort(80),
      'https.public_address': own,
      'https.public_port': network.localPort(443),
    },
    addresses: [own],
    surroundings: {
      ...rest,
      calls,
      sights: { resolver, pages: network.placeOf(network.addressOf('web.lab.test'), 80) },
    },
    world: { network, settle },
  };
}

function databaseHost(url: string): readonly string[] {
  if (url === '') return [];
  const { hostname, searchParams } = new URL(url);
  return [hostname, searchParams.get('host') ?? ''].filter((host) => host !== '');
}

/** '' where there is none. */
function hostOf(url: string): string {
  // an IPv6 address stands in brackets
  return url === '' ? '' : new URL(url).hostname.replace(/^\[|\]$/g, '');
}

function isHere(host: string): boolean {
  return host === '' || host === 'localhost' || isOnLoopback(host) || isNeighbour(host);
}

/** A container of the same network, as compose names it; the DNS of the world has no hosts of one label. */
function isNeighbour(host: string): boolean {
  return /^[^.:]+$/.test(host) && host !== 'localhost';
}
