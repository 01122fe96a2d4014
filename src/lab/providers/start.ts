/**
 * The providers of the practice Internet: each listens at its MX address, judges mail by its own table of rules, keeps it for its people,
 * and sends what they answer and what is reported. Made of production's own SMTP server and checks (docs/decisions/0042).
 */
import type { Ground } from '#lab/ground';
import type { Resolver } from '#protocol/dns/resolver';
import type { TlsIdentity } from '#servers/net/tls-context';
import { readProviderSetting } from '#store/lab/provider-settings';
import { startHost } from './host.ts';
import { ownKey } from './keys.ts';
import { PROVIDERS } from './list.ts';
import { Memory } from './memory.ts';
import { Reception } from './reception.ts';
import type { Provider } from './rule.ts';
import { providerZone, type ProviderZone } from './zone.ts';

export interface ProvidersOptions {
  readonly ground: Ground;
  /** The practice Internet's. */
  readonly resolver: Resolver;
  /** A certificate for these names; undefined: no TLS. */
  readonly identityOf: (
    names: readonly string[],
  ) => Promise<{ readonly current: TlsIdentity } | undefined>;
  /** Publishes what a provider says of itself. */
  readonly registerZone: (zone: ProviderZone) => Promise<void>;
  /** Those that are to run; all unless told. */
  readonly providers?: readonly Provider[];
}

/** learn: replies say where they are explained · exam: they do not, and nobody explains them */
export const MODES = ['learn', 'exam'] as const;
export type Mode = (typeof MODES)[number];

export interface Providers extends AsyncDisposable {
  readonly all: readonly Provider[];
  readonly memory: Memory;
  mode: Mode;
}

export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { ground, resolver, identityOf, registerZone, providers = PROVIDERS } = options;
  const { pool, log, clock, seed } = ground;
  await using parts = new AsyncDisposableStack();
  const now = (): number => clock.now();
  const growth = new Map(providers.map((provider) => [provider.name, provider.growth]));
  const memory = await Memory.open({ pool, log, now, growth });
  parts.defer(() => memory.save());
  const kept = await readProviderSetting(pool, 'mode');
  const running: { mode: Mode } = { mode: kept === 'exam' ? 'exam' : 'learn' };
  for (const provider of providers) {
    const key = await ownKey(pool, provider.domain);
    await registerZone(providerZone(provider, ground.network, key));
    const reception = new Reception({
      provider,
      memory,
      pool,
      log,
      now,
      seed,
      explains: () => running.mode === 'learn',
      judged: () => {},
      taken: () => {},
    });
    const tls = await identityOf([provider.mx]);
    parts.use(await startHost({ provider, ground, resolver, tls, reception }));
  }
  const opened = parts.move();
  return Object.assign(running, {
    all: providers,
    memory,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  });
}
