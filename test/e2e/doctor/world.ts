/**
 * A world for the doctor in which everything is well: zones by declaration, listeners on loopback, a clock that stands still, a server's facts as
 * plain data. Each case breaks one thing of it.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { base64, concat, utf8 } from '#bytes';
import type { Probes, ProbeFailure } from '#clients/probe/probe';
import type { Delegation } from '#clients/dns/delegation';
import { probeTls } from '#clients/probe/tls';
import { isPrivateAddress } from '#mail/abuse/protected';
import { tcpProbes } from '#clients/probe/tcp-probes';
import { systemClock } from '#clock';
import { dnsPlan } from '#mail/dns-plan/plan';
import { recordText } from '#mail/dns-plan/zone-line';
import type { Context, DoctorSettings, Echo } from '#mail/doctor/context';
import type { HostFacts } from '#mail/doctor/host-facts';
import { planToJson } from '#mail/doctor/plan-json';
import type { World } from '#mail/doctor/run';
import type { DomainFacts, KeyFacts, ServerFacts } from '#mail/doctor/server-facts';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { parseIp, reverseDomain } from '#protocol/address/ip-address';
import { declaredZone, type DeclaredName } from '../../support/dns/declared-zone.ts';
import { ADDRESS, DOMAIN, factsAt, HOST, SETTINGS } from '../../support/program/doctor-facts.ts';

export { ADDRESS, DOMAIN, HOST };
export type Names = Record<string, DeclaredName>;
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export const NOW = Date.UTC(2026, 10, 24, 9);
export const DAY = 86_400_000;
export const REVERSE = reverseDomain(parseIp(ADDRESS)!);
const SERVERS = { 'ns1.example.net': '192.0.2.53', 'ns2.example.net': '192.0.2.54' };
/** Of the zone above. */
export const PARENT = '192.0.2.100';

export interface Draft {
  settings: Writable<DoctorSettings>;
  /** Undefined: no server runs. */
  server: Writable<ServerFacts> | undefined;
  host: Writable<HostFacts>;
  /** What the resolver of the host says. */
  names: Names;
  /** What the servers of the zones say; the same unless told. */
  own: Names | undefined;
  /** What the resolver of the host would say if it were trusted; the same unless told. */
  believed: Names | undefined;
  /** What one of them says, by its address. */
  servers: Record<string, Names>;
  /** What servers say of the delegation, by their address: to whom the parent sends, and that the zone is their own. */
  delegations: Record<string, Delegation>;
  /** What a public resolver says; undefined: there is none. */
  others: Names | undefined;
  probes: Probes;
  /** Bodies by URL; a text that begins with `!` is why there is none. */
  pages: Record<string, string>;
  echo: Writable<Echo>;
  challenge: NonNullable<Context['challenge']>;
  before: Context['before'];
  /** Milliseconds that a look at the echo takes. */
  pace: number;
  domains: string[];
}

interface Keys {
  readonly signing: readonly SigningKey[];
  readonly facts: readonly KeyFacts[];
}

let keys: Keys | undefined;

/** Made once: an RSA key costs a while. */
export function keysOfDomain(): Keys {
  keys ??= makeKeys([
    ['rsa-sha256', 's1', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['ed25519-sha256', 's2', generateKeyPairSync('ed25519').privateKey],
  ]);
  return keys;
}

export function makeKeys(
  list: readonly (readonly [SigningKey['algorithm'], string, KeyObject])[],
): Keys {
  return {
    signing: list.map(([algorithm, selector, privateKey]) => ({
      domain: DOMAIN,
      selector,
      algorithm,
      privateKey,
    })),
    facts: list.map(([algorithm, selector, privateKey]) => ({
      selector,
      algorithm,
      state: 'active',
      createdAt: NOW - 60 * DAY,
      retiredAt: undefined,
      record: dnsRecordFor(createPublicKey(privateKey)),
    })),
  };
}

export async function signedSample(
  signing: readonly SigningKey[],
  spoils = false,
): Promise<string> {
  const header = utf8(
    `From: postmaster@${DOMAIN}\r\nTo: postmaster@${DOMAIN}\r\nSubject: Signed\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@${DOMAIN}>\r\n\r\n`,
  );
  const fields = await signMessage({
    header,
    body: [utf8('Signed.\r\n')],
    keys: signing,
    time: NOW / 1000,
    signBytes: signOffMainThread,
  });
  return base64(concat([fields, header, utf8(spoils ? 'Changed.\r\n' : 'Signed.\r\n')]));
}

export async function wellWorld(): Promise<Draft> {
  const { signing, facts } = keysOfDomain();
  const plan = planWith(facts);
  const domain: DomainFacts = {
    name: DOMAIN,
    keys: facts,
    plan: planToJson(plan),
    sample: await signedSample(signing),
    sent: { count: 100, aligned: 100 },
    reports: { dmarc: undefined, tls: undefined },
  };
  return {
    settings: { ...SETTINGS },
    server: { ...factsAt(NOW), domains: [domain] },
    host: {
      dataDir: '/var/lib/hikyaku',
      disk: () => Promise.resolve({ free: 60e9, total: 100e9 }),
      publicAddresses: () => [ADDRESS],
      secretFiles: () =>
        Promise.resolve([{ path: '/var/lib/hikyaku', mode: 0o700, isForeign: false }]),
      secretsInEnvironment: [],
      nodeVersion: 'v24.5.0',
      version: '0.1.0',
    },
    names: wellNames(plan),
    own: undefined,
    believed: undefined,
    servers: {},
    delegations: {},
    others: undefined,
    probes: { ...tcpProbes(systemClock), ...NOWHERE },
    pages: {
      [`https://mta-sts.${DOMAIN}/.well-known/mta-sts.txt`]: stsPolicy('enforce', HOST, 1_209_600),
      [`https://autodiscover.${DOMAIN}/autodiscover/autodiscover.xml`]: '<Autodiscover/>',
      [`https://autoconfig.${DOMAIN}/mail/config-v1.1.xml`]: '<?xml version="1.0"?><clientConfig/>',
    },
    echo: {
      open: (name) => Promise.resolve(`doctor-1@${name}`),
      look: () => Promise.resolve({ junk: [] }),
    },
    challenge: (type) => Promise.resolve({ type, ...TRIAL }),
    before: () => undefined,
    pace: 50,
    domains: [DOMAIN],
  };
}

/** A challenge that no authority gave. */
export const TRIAL = {
  name: `doctor-1.${HOST}`,
  token: 'hikyaku-doctor-1',
  keyAuthorization: 'hikyaku-doctor-1.2',
};

/** Nothing outside loopback is ever reached. */
const NOWHERE: Pick<Probes, 'time' | 'http' | 'tls'> = {
  tls: (question, signal) =>
    question.address.startsWith('127.')
      ? probeTls(question, signal)
      : Promise.resolve(failure('timed out')),
  time: () => Promise.resolve(failure('timed out')),
  http: () => Promise.resolve(failure('refused')),
};

export function failure(cause: string): ProbeFailure {
  return { kind: 'failed', cause };
}

export function stsPolicy(mode: string, mx: string, maxAge: number): string {
  return `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: ${maxAge}\r\n`;
}

export function planWith(facts: readonly KeyFacts[]) {
  return dnsPlan({
    domain: DOMAIN,
    host: HOST,
    addresses: [ADDRESS],
    sources: [],
    keys: facts.map(({ selector, state, record, algorithm }) => ({
      selector,
      state,
      record,
      algorithm: algorithm as 'rsa-sha256',
    })),
    dmarcPolicy: 'quarantine',
    mtaStsId: '20261124',
    services: { submissions: 465, submission: 587, imaps: 993, imap: 143 },
    certificates: [],
    authority: undefined,
  });
}

/** The plan as published, and what stands around it. */
function wellNames(plan: ReturnType<typeof planWith>): Names {
  const names: Names = {};
  for (const { name, type, data, need } of plan.records) {
    if (need === 'remove') continue;
    const before = (names[name]?.[type] ?? []) as readonly (string | readonly string[])[];
    const text = type === 'TXT' ? data : recordText(type, data as never);
    const value = type === 'CNAME' ? text : [...before, text];
    names[name] = { ...names[name], [type]: value };
  }
  const soa = 'ns1.example.net. hostmaster.example.net. 7 7200 3600 1209600 300';
  names[DOMAIN] = {
    ...names[DOMAIN],
    NS: Object.keys(SERVERS),
    SOA: soa,
    authenticated: true,
  };
  for (const [name, address] of Object.entries(SERVERS)) names[name] = { A: address };
  names['org'] = { NS: 'a.org-servers.example' };
  names['a.org-servers.example'] = { A: PARENT };
  names['net'] = { SOA: soa };
  names['com'] = { SOA: soa, authenticated: true };
  names[HOST] = { ...names[HOST], CAA: '0 issue letsencrypt.org' };
  return names;
}

/** Adds to a name, or takes a type away. */
export function change(names: Names, name: string, more: DeclaredName): void {
  names[name] = { ...names[name], ...more };
}

export function without(names: Names, name: string, ...types: (keyof DeclaredName)[]): void {
  names[name] = Object.fromEntries(
    Object.entries(names[name] ?? {}).filter(([type]) => !types.includes(type as never)),
  );
}

export function worldOf(draft: Draft): World {
  const { settings, server, host, probes, pages, echo, challenge, before, domains } = draft;
  const own = declaredZone(draft.own ?? draft.names);
  let monotonic = 0;
  return {
    settings,
    server,
    host,
    isPrivate: isPrivateAddress,
    probes,
    echo: server && echo,
    challenge: server && challenge,
    before,
    domains,
    dns: {
      local: declaredZone(draft.names),
      believed: declaredZone(draft.believed ?? draft.names),
      public: draft.others && declaredZone(draft.others),
      at(address) {
        const names = draft.servers[address];
        return names ? declaredZone(names) : own;
      },
      delegation: (address, zone) => delegationBy(draft, address, zone),
    },
    fetch(url) {
      const page = pages[url];
      if (page === undefined) return Promise.resolve({ kind: 'failed', cause: 'status: 404' });
      return Promise.resolve(
        page.startsWith('!')
          ? { kind: 'failed', cause: page.slice(1) }
          : { kind: 'fetched', body: page },
      );
    },
    now: () => NOW,
    realNow: () => Date.now(),
    monotonic: () => (monotonic += draft.pace),
    sleep: () => Promise.resolve(),
  };
}

/** The parent sends to the servers that the zone names; these hold it. */
async function delegationBy(draft: Draft, address: string, zone: string): Promise<Delegation> {
  const told = draft.delegations[address];
  if (told) return told;
  const origin = { server: `${address}:53`, elapsed: 1 };
  const names = draft.servers[address] ?? draft.own ?? draft.names;
  const answer = await declaredZone(names).resolve(zone, 'NS');
  if (answer.kind === 'failure') return answer;
  if (answer.kind !== 'records')
    return { kind: 'none', exists: answer.kind === 'no-data', ...origin };
  const kind = address === PARENT ? 'sent' : 'own';
  return { kind, servers: answer.records, glue: [], ttl: answer.ttl, ...origin };
}

export function sentTo(
  servers: readonly string[],
  glue: Readonly<Record<string, string>> = {},
): Delegation {
  return {
    kind: 'sent',
    servers,
    glue: Object.entries(glue).map(([name, address]) => ({ name, address })),
    ttl: 3600,
    server: `${PARENT}:53`,
    elapsed: 1,
  };
}
