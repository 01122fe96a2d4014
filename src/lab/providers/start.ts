/**
 * The providers of the practice Internet: each listens at its MX address, judges mail by its own table of rules, keeps it for its people,
 * and sends what they answer and what is reported. Made of production's own SMTP server and checks (docs/decisions/0042).
 */
import type { LabHost } from '#lab/addresses';
import { dialsFrom } from '#lab/dials-from';
import type { Ground } from '#lab/ground';
import { StsPolicies } from '#mail/tls-policy/sts-policies';
import type { Resolver } from '#protocol/dns/resolver';
import { summarize } from '#protocol/message/summary';
import type { TlsIdentity } from '#servers/net/tls-context';
import { forgetOutgoing } from '#store/lab/provider-outbox';
import { keepProviderSetting, readProviderSetting } from '#store/lab/provider-settings';
import { noPolicyStore } from '#store/tls-policy/policies';
import { dayRounds } from './day-rounds.ts';
import { startHost } from './reception/host.ts';
import { Reception, type ProviderOffence, type Taken } from './reception/reception.ts';
import type { Provider } from './rule.ts';
import { dateOf, Memory } from './senders/memory.ts';
import { ownKey, type OwnKey } from './sending/keys.ts';
import { Outbox } from './sending/outbox.ts';
import { ReportBook } from './sending/report-book.ts';
import { sendAnswers } from './sending/send-answers.ts';
import { servePolicy } from './serve-policy.ts';
import { PROVIDERS } from './tables/list.ts';
import { providerZone, type ProviderZone } from './zone.ts';

export interface ProvidersOptions {
  readonly ground: Ground;
  /** The practice Internet's. */
  readonly resolver: Resolver;
  /** The same, for questions that a host asks: they leave from its address. */
  readonly resolverOf?: (host: LabHost) => Resolver;
  /** A certificate for these names; undefined: no TLS. */
  readonly identityOf: (
    names: readonly string[],
  ) => Promise<{ readonly current: TlsIdentity } | undefined>;
  /** What certificates are proven by, PEM; undefined: the system's. */
  readonly trustedRoots?: readonly string[];
  /** Publishes what a provider says of itself. */
  readonly registerZone: (zone: ProviderZone) => Promise<void>;
  /** Told after the calendar was put forward, so that it is not put back by a kill. */
  readonly calendarMoved?: () => Promise<void>;
  /** Told of what a block list would want to know. */
  readonly offended?: (offence: ProviderOffence) => Promise<void>;
  /** Those that are to run; all unless told. */
  readonly providers?: readonly Provider[];
}

/** learn: replies say where they are explained · exam: they do not, and nobody explains them */
export const MODES = ['learn', 'exam'] as const;
export type Mode = (typeof MODES)[number];

export interface EndedDay {
  /** That began: ISO 8601. */
  readonly day: string;
  /** On their way. */
  readonly reports: number;
}

export interface Providers extends AsyncDisposable {
  readonly all: readonly Provider[];
  readonly memory: Memory;
  readonly mode: Mode;
  setMode(mode: Mode): Promise<void>;
  /** Puts the calendar forward to the next midnight; reports of the days that are over go out. */
  endOfDay(): Promise<EndedDay>;
  /** Resolves once what was counted is written down, and nothing is due to be sent at this time of the calendar. */
  settle(): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;
/** What was counted is written down this often. Real milliseconds. */
const SAVE_EVERY = 2000;
/** Letters that were sent are remembered for so many days. */
const DAYS_KEPT = 14;

export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { ground, resolver, identityOf, registerZone, trustedRoots } = options;
  const { providers = PROVIDERS, resolverOf = () => resolver } = options;
  const { pool, log, clock, seed } = ground;
  await using parts = new AsyncDisposableStack();
  const now = (): number => clock.now();
  const growth = new Map(providers.map((provider) => [provider.name, provider.growth]));
  const memory = await Memory.open({ pool, log, now, growth });
  const keys = new Map<string, OwnKey>();
  // made side by side where they are new
  for (const key of await Promise.all(providers.map(({ domain }) => ownKey(pool, domain))))
    keys.set(key.domain, key);
  let mode: Mode = (await readProviderSetting(pool, 'mode')) === 'exam' ? 'exam' : 'learn';

  const askers = new Map(providers.map(({ name, out }) => [name, resolverOf(out)]));
  const stsOf = new Map(
    providers
      .filter(({ mtaSts }) => mtaSts)
      .map(({ name, out }) => {
        const sts = new StsPolicies({
          resolver: askers.get(name)!,
          dialer: dialsFrom(ground.network, out),
          mayReach: (address) => ground.network.has(address),
          ...(trustedRoots && { ca: trustedRoots }),
          store: noPolicyStore,
          clock,
          log,
        });
        return [name, parts.use(sts)] as const;
      }),
  );
  const outbox: Outbox = new Outbox({
    ground,
    resolverOf: ({ name }) => askers.get(name)!,
    providers,
    keys,
    tls: (provider) => ({
      sts: stsOf.get(provider.name),
      trustedRoots,
      ledger: { note: (policy, note) => book.reached(provider, policy, note) },
    }),
  });
  const book = new ReportBook({ ground, resolver, providers, add: (letter) => outbox.add(letter) });
  const save = async (): Promise<void> => {
    await memory.save();
    await book.save();
  };
  parts.defer(save);
  parts.use(outbox);
  const under = new Set<Promise<void>>();
  parts.defer(async () => void (await Promise.all(under)));
  const work = (name: string, done: Promise<void> | undefined): void => {
    if (done === undefined) return;
    const watched = done
      .catch((error: unknown) => log.warn(name, { error: (error as Error).message }))
      .finally(() => under.delete(watched));
    under.add(watched);
  };
  const offended = (offence: ProviderOffence): void =>
    work('lab.offence-not-told', options.offended?.(offence));

  for (const provider of providers) {
    await registerZone(providerZone(provider, ground.network, keys.get(provider.domain)!));
    const reception = new Reception({
      provider,
      memory,
      pool,
      log,
      now,
      seed,
      explains: () => mode === 'learn',
      judged: (judged) => book.judged(judged),
      offended,
      taken: (taken) => {
        tellOffences(taken, offended);
        work(
          'lab.answers-not-made',
          sendAnswers(ground, taken, (letter) => outbox.add(letter)),
        );
      },
    });
    const tls = await identityOf([provider.mx]);
    parts.use(
      await startHost({ provider, ground, resolver: resolverOf(provider.mx), tls, reception }),
    );
    if (provider.mtaSts) {
      const policyHost = await identityOf([`mta-sts.${provider.domain}`]);
      if (policyHost !== undefined)
        parts.use(await servePolicy({ provider, network: ground.network, identity: policyHost }));
    }
  }

  const stopping = new AbortController();
  const days = dayRounds(clock, log, stopping.signal, async () => {
    const sent = await book.sendReports(stopping.signal);
    await save();
    await memory.forget();
    await forgetOutgoing(pool, clock.now() - DAYS_KEPT * DAY);
    return sent;
  });
  const saving = setInterval(() => void save(), SAVE_EVERY).unref();
  parts.defer(async () => {
    clearInterval(saving);
    stopping.abort();
    await days.ended;
  });
  const opened = parts.move();
  return {
    all: providers,
    memory,
    get mode() {
      return mode;
    },
    async setMode(wanted) {
      mode = wanted;
      await keepProviderSetting(pool, 'mode', wanted);
    },
    async endOfDay() {
      await Promise.all(under);
      const day = Math.floor(now() / DAY) + 1;
      const reports = await days.over(async () => {
        clock.advanceTo(day * DAY);
        await options.calendarMoved?.();
      });
      return { day: dateOf(day), reports };
    },
    async settle() {
      await Promise.all(under);
      await days.idle();
      await outbox.settle();
      await save();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What a block list hears of a message that was taken: traps that got it, and readers who say that it is spam. */
function tellOffences(
  { arrival, client, message, readers, provider }: Taken,
  offended: (offence: ProviderOffence) => void,
): void {
  const complain = readers.filter(({ acts }) => acts.some(({ kind }) => kind === 'complain'));
  const trapped = readers.some(({ person }) => person.trap);
  if (!trapped && complain.length === 0) return;
  const { head, header } = arrival.content;
  const subject = summarize(head, header)
    .subject.slice(0, 80)
    .replaceAll(/\p{Cc}/gu, ' ');
  const detail = `«${subject}» of ${message.authorDomain || 'nobody'} at ${provider.domain}`;
  if (trapped) offended({ address: client.ip, kind: 'spam-trap', detail });
  for (const _ of complain) offended({ address: client.ip, kind: 'complaint', detail });
}
