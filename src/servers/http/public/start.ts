/** The two listeners for everybody, ports 80 and 443, apart from the one of this machine (`servers/http/start.ts`). */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { AlpnAnswers, ChallengeAnswers } from '#mail/certificates/challenges';
import type { Sites } from '#mail/publish/sites';
import { ConnectionCounts } from '#servers/net/connection-limits';
import type { Door } from '#servers/net/door';
import { listenFailure } from '#servers/net/listener';
import { publicTls } from '#servers/net/public-tls';
import type { TlsIdentity } from '#servers/net/tls-context';
import { publicApp } from './app.ts';
import { addClearText } from './clear-text.ts';
import { PUBLIC_LIMITS } from './limits.ts';
import { listenPublicly, type PublicListener, type PublicListenerOptions } from './listener.ts';
import { addSecure } from './secure.ts';
import { addUnsubscribe, type UnsubscribeOptions } from './unsubscribe.ts';

export interface PublicPlace {
  readonly address: string;
  readonly port: number | 'off';
  /** Where connections come from, instead of that address and port. */
  readonly door?: Door | undefined;
}

export interface PublicHttpOptions {
  /** off: not opened. */
  readonly http: PublicPlace;
  readonly https: PublicPlace;
  readonly sites: Sites;
  readonly unsubscribe: UnsubscribeOptions;
  readonly challenges: ChallengeAnswers & AlpnAnswers;
  readonly tls: { readonly current: TlsIdentity };
  /** Whether an address is let in at all. */
  readonly welcome: (address: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PublicHttp {
  readonly kind: 'running';
  /** Undefined: not opened. */
  readonly ports: { readonly http: number | undefined; readonly https: number | undefined };
  stop(): Promise<void>;
}

export interface PublicHttpFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

export async function startPublicHttp(
  options: PublicHttpOptions,
): Promise<PublicHttp | PublicHttpFailure> {
  const { sites, challenges, tls, welcome, clock, log } = options;
  await using parts = new AsyncDisposableStack();
  const counts = new ConnectionCounts({
    total: PUBLIC_LIMITS.connections,
    perAddress: PUBLIC_LIMITS.connectionsPerAddress,
  });
  const ports: { http: number | undefined; https: number | undefined } = {
    http: undefined,
    https: undefined,
  };
  const httpsApp = publicApp(log);
  addSecure(httpsApp, { sites, clock });
  addUnsubscribe(httpsApp.app, options.unsubscribe);
  const httpApp = publicApp(log);
  addClearText(httpApp, { sites, challenges, httpsPort: () => ports.https });
  const secured = () => publicTls(tls.current, ['http/1.1'], challenges);
  for (const [name, { app, server }, wrap] of [
    ['https', httpsApp, secured],
    ['http', httpApp, undefined],
  ] as const) {
    const { address, port, door } = options[name];
    if (port === 'off') continue;
    await app.ready();
    parts.defer(() => app.close());
    const listener = await tryToListen({ address, port, door, server, counts, welcome, tls: wrap });
    if (listener instanceof Error) {
      const failure = listenFailure(listener, address, port);
      return {
        kind: 'failed',
        message: `${name}.public_port: ${failure.message}`,
        remedy: `${failure.remedy} Where another web server has it, HIKYAKU_${name.toUpperCase()}_PUBLIC_PORT=off opens none.`,
      };
    }
    parts.defer(() => listener.stop());
    ports[name] = listener.port;
  }
  const kept = parts.move();
  return { kind: 'running', ports, stop: () => kept.disposeAsync() };
}

async function tryToListen(
  options: PublicListenerOptions,
): Promise<PublicListener | (Error & NodeJS.ErrnoException)> {
  try {
    return await listenPublicly(options);
  } catch (error) {
    return error as Error & NodeJS.ErrnoException;
  }
}
