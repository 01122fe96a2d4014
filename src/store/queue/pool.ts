/**
 * The connections of a process's claims. Apart from the store's pool, so that a claim never waits for somebody who reads; and planned
 * once, by keys, whatever the statistics say: a plan that sorts what is due at a site is good for the site with ten recipients and
 * ruinous for the one with a million.
 */
import type { ClientConfig, Pool } from 'pg';
import type { Log } from '#log';
import { ClosingPool } from '#store/database/closing-pool';

const SIZE = 3;
const PLANNER = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

export type QueuePool = Pool;

export function openQueuePool(connection: ClientConfig, log: Log): QueuePool {
  const settings = PLANNER.map((setting) => `-c ${setting}`);
  const pool = new ClosingPool({
    ...connection,
    options: [connection.options ?? '', ...settings].join(' '),
    max: SIZE,
    connectionTimeoutMillis: 5000,
  });
  pool.on('error', (error) => log.warn('queue.connection-lost', { error: error.message }));
  return pool;
}
