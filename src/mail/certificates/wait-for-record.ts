/**
 * Waits until a TXT record is in the DNS, by asking every authoritative server of its zone: what a cache says may be old, and a
 * certificate authority asks the authoritative ones.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { StubResolver } from '#clients/dns/stub-resolver';
import type { Clock } from '#clock';
import { txtText, type DnsAnswer, type Resolver } from '#protocol/dns/resolver';

export interface RecordWait {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly randomId: () => number;
  readonly name: string;
  readonly value: string;
  /** Milliseconds. */
  readonly patience: number;
  /** Of name servers. */
  readonly port: number;
  readonly signal: AbortSignal;
}

export type RecordSeen =
  | { readonly kind: 'seen'; readonly servers: readonly string[] }
  /** One sentence: who still says something else. */
  | { readonly kind: 'not-seen'; readonly text: string };

const MAX_SERVERS = 13;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/** @throws when the signal aborts */
export async function waitForRecord(wait: RecordWait): Promise<RecordSeen> {
  const { clock, patience, signal } = wait;
  const deadline = clock.monotonic() + patience;
  const { zone, owner, addresses } = await authoritativeServers(wait);
  if (addresses.length === 0) {
    return { kind: 'not-seen', text: `no name server of a zone that holds ${wait.name} was found` };
  }
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const answers = await Promise.all(
      addresses.map(async (address) => ({ address, said: await ask(wait, owner, address) })),
    );
    const behind = answers.filter(({ said }) => said === 'other');
    const there = answers.flatMap(({ address, said }) => (said === 'there' ? [address] : []));
    // a server that is down is none that the authority could ask
    if (behind.length === 0 && there.length > 0) return { kind: 'seen', servers: there };
    if (clock.monotonic() + pause > deadline) {
      const which = behind.length > 0 ? behind : answers;
      const names = which.map(({ address }) => address).join(', ');
      return {
        kind: 'not-seen',
        text: `${names} (of ${zone}) ${behind.length > 0 ? 'did not show' : 'did not answer for'} ${owner}`,
      };
    }
    await delay(pause, undefined, { signal });
  }
}

interface Servers {
  readonly zone: string;
  /** The name that holds the record: aliases lead elsewhere now and then. */
  readonly owner: string;
  readonly addresses: readonly string[];
}

async function authoritativeServers({ resolver, name, signal }: RecordWait): Promise<Servers> {
  const found = await resolver.resolve(name, 'TXT', { signal });
  const owner = 'canonicalName' in found ? found.canonicalName : name;
  for (let zone = owner; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const answer = await resolver.resolve(zone, 'NS', { signal });
    if (answer.kind !== 'records') continue;
    const hosts = answer.records.slice(0, MAX_SERVERS);
    const addresses = await Promise.all(
      hosts.flatMap((host) => [
        resolver.resolve(host, 'A', { signal }),
        resolver.resolve(host, 'AAAA', { signal }),
      ]),
    );
    return { zone, owner, addresses: addresses.flatMap(firstAddress) };
  }
  return { zone: '', owner, addresses: [] };
}

function firstAddress(answer: DnsAnswer<'A'> | DnsAnswer<'AAAA'>): string[] {
  return answer.kind === 'records' ? [answer.records[0]!] : [];
}

async function ask(
  { clock, randomId, value, port, signal }: RecordWait,
  owner: string,
  address: string,
): Promise<'there' | 'other' | 'silent'> {
  using server = new StubResolver({
    servers: [{ address, port, trusted: false }],
    clock,
    randomId,
    cacheSize: 0,
    timeouts: [2000, 3000],
  });
  const answer = await server.resolve(owner, 'TXT', { signal });
  signal.throwIfAborted();
  if (answer.kind === 'failure') return 'silent';
  return answer.kind === 'records' && answer.records.some((data) => txtText(data) === value)
    ? 'there'
    : 'other';
}
