/** The DNS of the practice Internet, put together: its hosts on their sockets, and what their owners may change. */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { LabHost } from '#lab/addresses';
import { answerQuery } from './authority.ts';
import type { ServedZone } from './authority.ts';
import { dsOf, makeKey } from './dnssec/key.ts';
import { Faults } from './faults.ts';
import { Hosting } from './hosting.ts';
import { openHost } from './hosts.ts';
import {
  HOSTERS,
  LEARNERS_DOMAIN,
  ownPointers,
  ownZones,
  REGISTRY_HOST,
  REVERSE,
  ROOT_HOST,
  TLD,
} from './infrastructure.ts';
import { Questions } from './questions.ts';
import type { ZoneRecord } from './records.ts';
import { answerClient } from './recursor/answer.ts';
import { Recursor } from './recursor/recursor.ts';
import { keyOf, reverseZone, rootZone, serialAt, tldZone } from './zones.ts';
import type { Delegation } from './zones.ts';
import type { Zone } from './zone/zone.ts';

/** What the DNS needs of the ground that all parts stand on. */
export interface DnsGround {
  readonly clock: Clock;
  readonly log: Log;
  readonly network: {
    addressOf(host: LabHost): string;
    localPort(port: number): number;
  };
}

/** The zone of someone who has been on the practice Internet for ever: a provider. */
export interface HostedParty {
  readonly zone: string;
  readonly records: readonly ZoneRecord[];
  /** Reverse names: address → name. */
  readonly pointers?: Readonly<Record<string, string>>;
  /** Signed, with its DS at the registry. */
  readonly signed?: boolean;
}

export interface LabDnsOptions {
  readonly ground: DnsGround;
  readonly hostRecords: readonly HostedParty[];
}

export interface LabDns extends AsyncDisposable {
  /** Where the recursive resolver listens. */
  readonly resolver: { readonly address: string; readonly port: number };
  readonly questions: Questions;
  readonly faults: Faults;
}

export async function startLabDns({ ground, hostRecords }: LabDnsOptions): Promise<LabDns> {
  const { clock, log, network } = ground;
  const addressOf = (host: LabHost) => network.addressOf(host);
  const now = clock.now();
  const port = network.localPort(53);
  const keys = { root: makeKey(), tld: makeKey(), reverse: makeKey() };
  const hosting = new Hosting();
  const delegations = new Map<string, Delegation>();
  const glue = Object.fromEntries(HOSTERS.map((host) => [host, [addressOf(host)]]));
  const parties: HostedParty[] = [
    ...[...ownZones(addressOf)].map(([zone, records]) => ({ zone, records })),
    { zone: LEARNERS_DOMAIN, records: [] },
    ...hostRecords,
  ];
  const pointers = new Map(ownPointers(addressOf));
  for (const party of parties) {
    const zoneKeys = party.signed === true ? [makeKey()] : [];
    hosting.found(party.zone, { records: party.records, keys: zoneKeys }, now);
    delegations.set(party.zone, {
      ns: HOSTERS,
      glue: party.zone === 'dnshost.test' ? glue : {},
      ds: [],
    });
    for (const [ip, name] of Object.entries(party.pointers ?? {})) pointers.set(ip, name);
  }
  const fixed = (apex: string, zone: Zone): [string, ServedZone] => [
    apex,
    { apex, at: () => zone },
  ];
  const serial = serialAt(now);
  const rootZones = new Map([fixed('', rootZone(addressOf, keys, now))]);
  const registryZones = new Map([
    fixed(TLD, tldZone(delegations, addressOf, keys.tld, serial)),
    fixed(REVERSE, reverseZone(pointers, keys.reverse, serial)),
  ]);
  const resolver = { address: addressOf('resolver.test'), port };
  const recursor = new Recursor({
    ...resolver,
    clock,
    hints: [{ name: ROOT_HOST, addresses: [addressOf(ROOT_HOST)] }],
    trustAnchor: [dsOf('', keyOf(keys.root).dnskey)],
  });
  const questions = new Questions();
  const faults = new Faults();
  const duties = { clock, log, port, questions, faults };
  await using opened = new AsyncDisposableStack();
  opened.use(recursor);
  const authority = (host: LabHost, zones: ReadonlyMap<string, ServedZone>) =>
    openHost(
      addressOf(host),
      (query, from) => answerQuery(zones, query, clock.now(), from),
      duties,
    );
  opened.use(await authority(ROOT_HOST, rootZones));
  opened.use(await authority(REGISTRY_HOST, registryZones));
  opened.use(await authority(HOSTERS[0], hosting.served[0]));
  opened.use(await authority(HOSTERS[1], hosting.served[1]));
  opened.use(
    await openHost(resolver.address, (query) => answerClient(recursor, query), duties, true),
  );
  const hosts = opened.move();
  return { resolver, questions, faults, [Symbol.asyncDispose]: () => hosts.disposeAsync() };
}
