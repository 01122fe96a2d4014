/** The parties of the practice Internet, opened in order: each finds those before it by their names. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { utf8 } from '#bytes';
import type { StubResolver } from '#clients/dns/stub-resolver';
import type { Resolver } from '#protocol/dns/resolver';
import { readIdentityText, type TlsIdentity } from '#servers/net/tls-context';
import type { LabHost } from './addresses.ts';
import { caCalls } from './ca/calls.ts';
import { freshProofs } from './ca/proofs/fresh-proofs.ts';
import { startLabCa, type LabCa } from './ca/start.ts';
import { dialsFrom } from './dials-from.ts';
import type { DynamicZone } from './dns/authority.ts';
import { dnsCalls } from './dns/calls.ts';
import { LEARNERS_DOMAIN } from './dns/infrastructure.ts';
import { startLabDns, type LabDns } from './dns/start.ts';
import { TTL, ZONE } from './dnsbl/answer.ts';
import { blockListCalls } from './dnsbl/calls.ts';
import { startBlockList, type BlockList } from './dnsbl/start.ts';
import { startForwarders } from './forwarding/forwarders.ts';
import type { Ground, LabCall } from './ground.ts';
import { openLessons } from './lessons/open.ts';
import { peerCalls, withPeerMailboxes } from './peer/calls.ts';
import { startPeer } from './peer/start.ts';
import { providerCalls } from './providers/calls.ts';
import { startProviders } from './providers/start.ts';
import { replayCalls } from './replay/calls.ts';
import { HostSessions } from './replay/host-sessions.ts';
import { HttpExchanges } from './replay/http/exchanges.ts';
import type { ImapSessions } from './replay/imap/sessions.ts';
import { placesOf } from './replay/places.ts';
import { SITES, WEB_HOST } from './web/sites.ts';
import { startLabWeb } from './web/start.ts';
import { webCalls } from './web/calls.ts';
import { dnsParts } from './web/dns-parts.ts';
import { homeOfPages, homeOfRegistrar, recordOfList, withPostmaster } from './web/zones.ts';
import type { LearnersServer } from './learners-server.ts';
import { lessonParties } from './lessons/prepared/parties.ts';
import type { LessonWitness } from './lessons/seen/session-witness.ts';
import type { WorldOptions } from './world-options.ts';

export interface PartiesOptions extends Pick<WorldOptions, 'hostname' | 'ownPorts' | 'commands'> {
  readonly ground: Ground;
  readonly resolver: Resolver;
  /** One that remembers so many answers, and asks from the address of a host. */
  readonly openResolver: (cacheSize: number, host?: LabHost) => StubResolver;
  readonly witness: LessonWitness;
  /** With the learner's server. */
  readonly imap: ImapSessions;
  /** Told when the calendar was put forward. */
  readonly calendarMoved: () => Promise<void>;
}

export interface Parties extends AsyncDisposable {
  readonly dns: LabDns;
  readonly ca: LabCa;
  readonly calls: Readonly<Record<string, LabCall>>;
  /** Resolves once what the parties send is due no more at this time of the calendar. */
  settle(): Promise<void>;
  /** The learner's server can be reached. */
  begin(server: LearnersServer): void;
}

export async function openParties(options: PartiesOptions): Promise<Parties> {
  const { resolver, openResolver, witness } = options;
  const sessions = new HostSessions(options.ground.clock);
  const ground: Ground = {
    ...options.ground,
    witnessOf: (host) => sessions.witnessOf(host),
  };
  const { network, pool, log, clock } = ground;
  await using parts = new AsyncDisposableStack();
  // the authority remembers by itself what it is asked
  const authority = network.addressOf('ca.test');
  const http = parts.use(
    new HttpExchanges({
      clock,
      isWatched: (address) => network.has(address) && address !== authority,
    }),
  );
  const dns = parts.use(
    await startLabDns({ ground, hostRecords: lessonParties(network.addressOf) }),
  );
  const ca = parts.use(
    await startLabCa({
      address: network.addressOf('ca.test'),
      dialer: dialsFrom(network, 'ca.test'),
      resolver: freshProofs(parts.use(openResolver(0, 'ca.test')), (name) => dns.cache.flush(name)),
      folder: path.join(ground.folder, 'ca'),
      log,
      now: () => Date.now(),
      calendar: () => clock.now(),
      random: Math.random,
    }),
  );
  const blockList = await startBlockList(ground);
  const web = network.addressOf('web.lab.test');
  await dns.addParty(homeOfPages(web));
  await dns.addParty(homeOfRegistrar(web));
  parts.use(await publishBlockList(dns, blockList, web));
  const providers = parts.use(
    await startProviders({
      ground,
      resolver: parts.use(openResolver(0)),
      resolverOf: (host) => parts.use(openResolver(0, host)),
      identityOf: (names) => identityOf(ca, names),
      trustedRoots: ca.trustedRoots,
      calendarMoved: options.calendarMoved,
      registerZone: (zone) => dns.addParty(withPostmaster(zone, web)),
      offended: ({ address, kind, detail }) => blockList.report(address, kind, detail),
    }),
  );
  parts.use(
    await startForwarders({
      ground,
      resolver: parts.use(openResolver(0)),
      identityOf: (names) => identityOf(ca, names),
      registerZone: (zone) => dns.addParty(zone),
    }),
  );
  const peer = parts.use(
    await startPeer({
      ground,
      resolver: parts.use(openResolver(0, 'mx.peer.test')),
      identity: async () => {
        const issued = await ca.issue(['mx.peer.test']);
        return { ...issued, tls: readIssued(issued, 'mx.peer.test') };
      },
    }),
  );
  let learner: LearnersServer | undefined;
  witness.keepIn(pool);
  parts.defer(() => witness.flush());
  const lessons = parts.use(
    await openLessons({
      ...ground,
      random: randomBytes,
      server: learnersPlace(options),
      commands: options.commands,
      around: {
        dns,
        ca,
        blockList,
        providers,
        peer,
        resolver,
        clock,
        learner: () => {
          if (learner === undefined) throw new Error('the server cannot be reached yet');
          return learner;
        },
      },
      settle: async () => {
        await learner?.settle();
        await witness.flush();
      },
    }),
  );
  const ofProviders = providerCalls({
    pool,
    now: () => clock.now(),
    addressOf: ({ mx }) => network.addressOf(mx),
    providers,
  });
  const pages = parts.use(
    await startLabWeb({
      network,
      log,
      calls: ofProviders,
      blockList,
      dns: dnsParts(dns, options),
      identity: await ca.issue([WEB_HOST, ...SITES]),
    }),
  );
  const opened = parts.move();
  return {
    dns,
    ca,
    calls: {
      ...webCalls(pages),
      ...dnsCalls(dns),
      ...blockListCalls(blockList),
      ...caCalls(ca),
      ...ofProviders,
      ...withPeerMailboxes(ofProviders, peer),
      ...peerCalls(peer),
      ...replayCalls({
        pool,
        providers,
        questions: dns.questions,
        sessions,
        imap: options.imap,
        http,
        ca,
        places: placesOf(network.addressOf),
        settle: () => witness.flush(),
      }),
      ...lessons.calls,
    },
    settle: () => providers.settle(),
    begin: (server) => {
      learner = server;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function learnersPlace({ hostname, ownPorts, ground }: PartiesOptions) {
  const [smtp, submission, submissions] = [25, 587, 465].map((port) => ownPorts.get(port)!);
  return {
    hostname,
    domain: LEARNERS_DOMAIN,
    address: ground.network.addressOf('mail.example.test'),
    ports: { smtp: smtp!, submission: submission!, submissions: submissions! },
  };
}

function publishBlockList(dns: LabDns, list: BlockList, web: string): Promise<AsyncDisposable> {
  const answer: DynamicZone = (name, type) => {
    const values = list.answer(name, type);
    if (values === undefined) return 'no-name' as const;
    return values.map((value) => ({ type, ttl: TTL, value }));
  };
  return dns.addDynamicZone(ZONE, 'ns.dnsbl.test', answer, [recordOfList(web)]);
}

/** Certificates of the parties themselves last as long as the process needs them. */
async function identityOf(
  ca: LabCa,
  names: readonly string[],
): Promise<{ readonly current: TlsIdentity }> {
  return readIssued(await ca.issue(names), names.join(' '));
}

function readIssued(
  { cert, key }: { readonly cert: string; readonly key: string },
  whose: string,
): { readonly current: TlsIdentity } {
  const read = readIdentityText(Buffer.from(utf8(cert)), Buffer.from(utf8(key)), whose);
  if (read.kind === 'unusable') throw new Error(read.reason);
  return { current: read.identity };
}
