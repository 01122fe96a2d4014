/**
 * `hikyaku tls`: what TLS with other domains must be. `policy` asks by itself and works without a server; `policies` shows what one keeps,
 * `handshakes` who breaks off here.
 */
import type { Command } from 'commander';
import { isPublicAddress } from '#clients/https/public-address';
import { tcpDialer } from '#clients/smtp/dial';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import { TLS_DECISIONS } from '#mail/story/texts/tls-texts';
import { say } from '#mail/story/phrase';
import { TLS_POLICIES } from '#mail/story/texts/step-texts';
import { tellRouteStep } from '#mail/story/tell/tell-route';
import { daneStanding } from '#mail/tls-policy/dane-standing';
import { decideLive, type LiveDecision } from '#mail/tls-policy/decide-live';
import { StsPolicies } from '#mail/tls-policy/sts-policies';
import { toAscii } from '#protocol/address/domain';
import type { CachedPolicy } from '#protocol/mta-sts/cached-policy';
import type { Route } from '#store/directory/directory';
import { noPolicyStore } from '#store/tls-policy/policies';
import type { RowOf } from '#servers/admin/calls';
import { callRows, NoServer } from '#cli/control';
import { printExplained } from '#cli/terminal/explained';
import { CommandFailure } from '#cli/failure';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printRows, timeColumn } from '#cli/terminal/output';
import { waiting } from '#cli/terminal/progress';
import { addResolver, cliResolver, resolverServers, type ResolverOptions } from '#cli/resolver';
import type { ExitCode } from '#cli/exit-code';
import { addHandshakes } from './tls/handshakes.ts';
import { addLimit, addVerb, type CommonOptions } from '#cli/verb';
import type { RouteHost } from '#mail/queue/route/route';

type PolicyOptions = ResolverOptions & LanguageOptions;

/** The look-ups of a route and a policy that is fetched. Milliseconds. */
const PATIENCE = 60_000;

export function tls(noun: Command, end: (code: ExitCode) => void): void {
  const policy = addVerb(
    noun,
    'policy <domain>',
    'say what TLS with a domain must be when mail goes there now, and why, step by step',
    'hikyaku tls policy example.org',
    'hikyaku tls policy example.org --dns 127.0.0.1:53 --lang ja',
  );
  addLanguage(addResolver(policy)).action(async (domain: string, options: PolicyOptions) => {
    const decision = await decide(domain, options);
    end(print(decision, options));
  });

  addReports(noun);
  addHandshakes(noun);
  addVerb(
    noun,
    'policies',
    'show the MTA-STS policies of other domains that the server keeps',
    'hikyaku tls policies',
  ).action(async (options: CommonOptions) => {
    await printRows(
      callRows(options, 'tls/policies', {}),
      [
        { title: 'DOMAIN', value: (row) => row.domain, shrinks: true },
        { title: 'MODE', value: (row) => row.mode },
        { title: 'ID', value: (row) => row.id, shrinks: true },
        timeColumn('FETCHED', (row) => row.fetchedAt),
        timeColumn('UNTIL', (row) => row.expiresAt),
        { title: 'LAST FETCH', value: (row) => row.failure ?? 'well', below: true },
        { title: 'MX', value: (row) => row.mx.join(' '), below: true },
      ],
      options,
      'No policy is kept: one is fetched when mail goes to a domain that has one.',
    );
  });
}

function addReports(noun: Command): void {
  const reports = addVerb(
    noun,
    'reports [domain]',
    'show what others report on TLS with the domains here, newest first',
    'hikyaku tls reports',
    'hikyaku tls reports example.org --json',
  );
  addLimit(reports, 'at most so many').action(
    async (domain: string | undefined, options: CommonOptions & { readonly limit?: number }) => {
      const { limit } = options;
      await printRows(
        callRows(options, 'tls/reports', {
          ...(domain !== undefined && { domain }),
          ...(limit !== undefined && { limit }),
        }),
        [
          { title: 'DAY', value: (row) => row.beginsAt.slice(0, 10) },
          { title: 'DOMAIN', value: (row) => row.domain },
          { title: 'FROM', value: (row) => row.organization, shrinks: true },
          { title: 'SIGNED', value: (row) => (row.verified ? 'yes' : 'no') },
          { title: 'WELL', value: (row) => row.successful, align: 'right' },
          { title: 'FAILED', value: (row) => row.failed, align: 'right' },
          { title: 'HOW', value: howText, below: true },
        ],
        options,
        'No report came yet: others send them to the address in _smtp._tls of a domain (hikyaku domain dns).',
      );
    },
  );
}

function howText({ policies }: RowOf<'tls/reports'>): string {
  const failures = policies.flatMap((policy) => policy.failures);
  const byType = Map.groupBy(failures, ({ resultType }) => resultType);
  return [...byType]
    .map(([type, some]) => `${type} ${some.reduce((sum, { sessions }) => sum + sessions, 0)}`)
    .join(', ');
}

async function decide(given: string, options: PolicyOptions): Promise<LiveDecision> {
  const domain = toAscii(given.slice(given.lastIndexOf('@') + 1));
  if (domain === undefined) {
    throw new CommandFailure(`${given} is no domain name`, 'Write it like example.org.');
  }
  const known = await knownToServer(domain, options);
  using resolver = await cliResolver(options);
  using sts = new StsPolicies({
    store: { ...noPolicyStore, read: () => Promise.resolve(known.policy) },
    // a policy's lifetime is counted by the calendar of whoever publishes it
    clock: resolver.lab?.clock ?? systemClock,
    log: silentLog,
    resolver,
    dialer: resolver.lab?.network.dialer ?? tcpDialer,
    mayReach: resolver.lab ? () => true : isPublicAddress,
    ...(resolver.lab && { ca: resolver.lab.trustedRoots }),
  });
  const decision = await waiting(
    `asking for the policies of ${domain}`,
    decideLive(domain, {
      routes: known.routes,
      resolver,
      random: Math.random,
      sts,
      dane: daneStanding(await resolverServers(options)).kind === 'on',
      signal: AbortSignal.timeout(PATIENCE),
    }),
  );
  resolver.assertReached();
  return decision;
}

interface KnownToServer {
  readonly routes: readonly Route[];
  readonly policy: CachedPolicy | undefined;
}

/** Routes and a policy that a running server has; without one there are none. */
async function knownToServer(domain: string, options: CommonOptions): Promise<KnownToServer> {
  try {
    const routes: Route[] = [];
    for await (const { domain: routed, host, port, tls: asked } of callRows(
      options,
      'route/list',
      {},
    )) {
      routes.push({
        domain: routed,
        host,
        port,
        tls: asked,
        username: null,
        password: null,
      });
    }
    let policy: CachedPolicy | undefined;
    for await (const { id, mode, mx, maxAge, fetchedAt } of callRows(options, 'tls/policies', {
      domain,
    })) {
      policy = { id, policy: { mode, mx, maxAge, lines: [] }, fetchedAt: Date.parse(fetchedAt) };
    }
    return { routes, policy };
  } catch (error) {
    if (error instanceof NoServer) return { routes: [], policy: undefined };
    throw error;
  }
}

function print(decision: LiveDecision, options: PolicyOptions): ExitCode {
  const { lang } = options;
  const { domain, by, hosts, refusal, unroutable, steps } = decision;
  const { text, well } = answerOf(decision, lang);
  const report = {
    domain,
    by: by ?? null,
    unroutable: unroutable ?? null,
    refusal: refusal ?? null,
    hosts: hosts.map(hostOf),
    steps,
  };
  const explained = {
    title: say(TLS_DECISIONS.title, lang, { domain }),
    result: text,
    well,
    steps: steps.map((step) => ({
      text: tellRouteStep(step, lang),
      rfc: 'rfc' in step ? step.rfc : undefined,
    })),
  };
  printExplained(options, explained, report);
  return well === false ? 1 : 0;
}

function hostOf({ name, port, preference, tls: asked, policy }: RouteHost): object {
  return {
    name,
    port,
    preference,
    tls: asked,
    policy: policy?.type ?? null,
    policyDomain: policy?.domain ?? null,
    mode: policy?.mode ?? null,
  };
}

const KINDS = ['dane', 'sts', 'tls', 'testing', 'opportunistic'] as const;

function kindOf({ dane, tls: asked, policy }: RouteHost): (typeof KINDS)[number] {
  if (dane) return 'dane';
  if (asked === 'verified') return 'sts';
  if (asked === 'required') return 'tls';
  return policy?.mode === 'testing' ? 'testing' : 'opportunistic';
}

/** One sentence for each way in which hosts are held to something. */
function answerOf(
  { by, hosts, refusal, unroutable }: LiveDecision,
  lang: PolicyOptions['lang'],
): { readonly text: string; readonly well: boolean | undefined } {
  if (unroutable !== undefined) return { text: TLS_DECISIONS.unrouted[lang], well: false };
  if (refusal !== undefined) {
    return { text: say(TLS_DECISIONS.refused, lang, { text: refusal }), well: false };
  }
  const separator = lang === 'ja' ? '、' : ', ';
  const named = (some: readonly RouteHost[]): string =>
    some.map(({ name }) => name).join(separator);
  if (by === 'route') {
    const terms = TLS_POLICIES[hosts[0]!.tls][lang];
    const text = say(TLS_DECISIONS.configured, lang, { hosts: named(hosts), tls: terms });
    return { text, well: undefined };
  }
  const sentences = KINDS.flatMap((kind) => {
    const held = hosts.filter((host) => kindOf(host) === kind);
    return held.length === 0 ? [] : [say(TLS_DECISIONS[kind], lang, { hosts: named(held) })];
  });
  const proven = hosts.every((host) => ['dane', 'sts'].includes(kindOf(host)));
  return { text: sentences.join(lang === 'ja' ? '' : ' '), well: proven ? true : undefined };
}
