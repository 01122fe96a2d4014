/**
 * Asks one server, and no resolver, for the name servers of a zone: as it holds them where the zone is its own, or where it sends who asks
 * (RFC 1034 §4.3.1). So a delegation can be put beside the zone that it leads to. Never rejects. Called by the doctor.
 */
import type { Clock } from '#clock';
import type { AnswerOrigin, DnsFailure } from '#protocol/dns/resolver';
import { exchange } from './exchange.ts';
import { normaliseName } from './name.ts';
import { RCODE, type Response } from './packet.ts';
import { serverName, type DnsServer } from './servers.ts';

type Origin = Pick<AnswerOrigin, 'server' | 'elapsed'>;

/**
 * own: the zone is the server's · sent: it sends to others, with the addresses that it knows of them · none: it says that there is no such
 * zone, or sends nowhere.
 */
export type Delegation =
  | ({
      readonly kind: 'own' | 'sent';
      readonly servers: readonly string[];
      readonly glue: readonly { readonly name: string; readonly address: string }[];
      /** Seconds. */
      readonly ttl: number;
    } & Origin)
  | ({ readonly kind: 'none'; readonly exists: boolean } & Origin)
  | DnsFailure;

export interface DelegationOptions {
  readonly clock: Clock;
  /** An unpredictable integer from 0 to 65535. */
  readonly randomId: () => number;
  /** Milliseconds of each try. */
  readonly timeouts: readonly number[];
  readonly signal: AbortSignal;
}

export async function askDelegation(
  server: DnsServer,
  zone: string,
  { clock, randomId, timeouts, signal }: DelegationOptions,
): Promise<Delegation> {
  const name = normaliseName(zone);
  if (name === undefined) return failed(zone, 'bad-name', 'it is no domain name');
  const start = clock.monotonic();
  const question = { name, type: 'NS', own: true } as const;
  let last: DnsFailure = failed(name, 'timeout', 'it was not asked');
  for (const timeout of timeouts) {
    if (signal.aborted) return failed(name, 'aborted', 'given up');
    const end = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const result = await exchange(server, question, randomId(), end);
    const origin = { server: serverName(server), elapsed: clock.monotonic() - start };
    if (result.kind === 'response') return read(name, result.response, origin);
    last = failed(name, result.cause, `${origin.server}: ${result.text}`);
  }
  return last;
}

function read(zone: string, response: Response, origin: Origin): Delegation {
  const { rcode, answers, authority } = response;
  if (rcode !== RCODE.noError && rcode !== RCODE.nxDomain) {
    const cause = rcode === RCODE.servFail ? 'servfail' : 'refused';
    return failed(zone, cause, `${origin.server} answered with code ${rcode}`);
  }
  const { authoritative = false, delegation = [], glue = [] } = authority ?? {};
  const held = answers.flatMap((one) =>
    one.kind === 'data' && one.name === zone ? [{ server: one.data as string, ttl: one.ttl }] : [],
  );
  // an answer from somebody's memory is not one of who holds the zone
  const own = authoritative ? held : [];
  const sent = delegation.filter((one) => one.zone === zone);
  const list = own.length > 0 ? own : sent;
  if (list.length === 0) return { kind: 'none', exists: rcode !== RCODE.nxDomain, ...origin };
  return {
    kind: own.length > 0 ? 'own' : 'sent',
    servers: [...new Set(list.map(({ server }) => server))],
    glue,
    ttl: Math.min(...list.map(({ ttl }) => ttl)),
    ...origin,
  };
}

function failed(zone: string, cause: DnsFailure['cause'], text: string): DnsFailure {
  return { kind: 'failure', cause, text: `NS of ${zone}: ${text}.` };
}
