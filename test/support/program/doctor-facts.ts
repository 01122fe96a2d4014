/** A server that is well, as the doctor knows it: tests break one thing at a time. */
import type { DoctorSettings } from '#mail/doctor/context';
import type { ServerFacts } from '#mail/doctor/server-facts';

export const HOST = 'mail.example.org';
export const DOMAIN = 'example.org';
export const ADDRESS = '198.51.100.25';

export const SETTINGS: DoctorSettings = {
  mode: 'serve',
  hostname: HOST,
  outside: true,
  resolvers: [],
  resolversTrusted: false,
  publicResolvers: [],
  addresses: [ADDRESS],
  timeServer: '',
  mailExchanges: [],
  dnsLists: [],
  rdap: '',
  nodeReleases: '',
  releases: '',
  probe: '',
  otherPorts: [],
  issuer: 'letsencrypt.org',
  leaving: '',
  documentation: '',
};

/** @param now calendar milliseconds */
export function factsAt(now: number): ServerFacts {
  return {
    mode: 'serve',
    listeners: [],
    http: { address: '127.0.0.1', port: 8025 },
    web: [],
    load: { lag: 3, free: 6e9, total: 8e9 },
    database: {
      kind: 'up',
      version: '18.1',
      schema: 17,
      newest: 17,
      busy: 10,
      most: 100,
      pool: { busy: 1, most: 8 },
      ahead: undefined,
    },
    backups: {
      backup: now - 3_600_000,
      folder: '/var/lib/hikyaku/backups/20261124T031500Z',
      restoreTest: now - 5 * 86_400_000,
    },
    secretPaths: [],
    secretsInEnvironment: [],
    developmentAccounts: [],
    domains: [],
    traffic: {
      clients: [],
      outcomes: { delivered: 0, failed: 0 },
      deferrals: { attempts: 0, reasons: [] },
      logins: { failures: 2, usual: 1, names: 1, beyond: [] },
      complaints: [],
      bulk: { messages: 0, oneClick: 0, unsigned: 0, mostADay: 0 },
      lastSent: [],
    },
    queue: { waiting: 0, oldestAt: undefined, hours: [] },
    certificates: [],
    authority: undefined,
    warmUps: [],
  };
}
