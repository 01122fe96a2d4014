/** The DNS of a practice Internet of the test's own, with one provider's zone, a clock that stands still, and our stub resolver in front. */
import { StubResolver } from '#clients/dns/stub-resolver';
import { silentLog } from '#log';
import { startLabDns } from '#lab/dns/start';
import type { HostedParty, LabDns } from '#lab/dns/start';
import { labNetwork } from '#lab/network';
import type { LabNetwork } from '#lab/network';
import { ClosingPool } from '#store/database/closing-pool';
import { openTestDatabase } from '../database/database.ts';
import { freeLabPrefix } from './network.ts';
import { ManualClock } from '../time/manual-clock.ts';

export interface DnsStage extends AsyncDisposable {
  readonly dns: LabDns;
  readonly pool: ClosingPool;
  readonly clock: ManualClock;
  readonly network: LabNetwork;
  /** Remembers nothing itself. */
  readonly stub: StubResolver;
  /** Ends it and starts it again on the same database. */
  restart(): Promise<void>;
}

/** Milliseconds: whoever does not answer within them, on a machine that stands still for a while too, never will. */
const EVER = [30_000];

/**
 * @param now where the calendar stands
 * @param asksOnce whether resolver and stub wait for an answer rather than ask again, so that questions can be counted
 */
export async function startDnsStage(
  parties: readonly HostedParty[] = [],
  now?: number,
  asksOnce = false,
): Promise<DnsStage> {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openTestDatabase());
  const pool = new ClosingPool(database.connection);
  opened.defer(() => pool.end());
  const clock = new ManualClock(now);
  const network = labNetwork({ prefix: await freeLabPrefix() });
  const bigmail: HostedParty = {
    zone: 'bigmail.test',
    records: [
      { name: 'bigmail.test', type: 'MX', ttl: 300, values: ['10 mx.bigmail.test.'] },
      {
        name: 'mx.bigmail.test',
        type: 'A',
        ttl: 300,
        values: [network.addressOf('mx.bigmail.test')],
      },
    ],
    pointers: { [network.addressOf('mx.bigmail.test')]: 'mx.bigmail.test' },
  };
  const start = () =>
    startLabDns({
      ground: { pool, clock, log: silentLog, network },
      hostRecords: [bigmail, ...parties],
      patience: asksOnce ? EVER : undefined,
    });
  let dns = await start();
  opened.defer(() => dns[Symbol.asyncDispose]());
  let id = 0;
  const stub = new StubResolver({
    servers: [{ ...dns.resolver, trusted: true }],
    clock,
    randomId: () => id++ % 65_536,
    cacheSize: 0,
    ...(asksOnce && { timeouts: EVER, deadline: EVER[0]! }),
  });
  opened.use(stub);
  const parts = opened.move();
  return {
    get dns() {
      return dns;
    },
    pool,
    clock,
    network,
    stub,
    async restart() {
      await dns[Symbol.asyncDispose]();
      dns = await start();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
