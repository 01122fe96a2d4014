/**
 * The connections that mail is read by. Apart from the store's pool, so that who reads by the megabyte keeps nobody waiting at RCPT or at
 * login; and planned by keys, whatever the statistics say: a plan made while a table is empty scans it for as long as the connection
 * lives.
 */
import type { ClientConfig } from 'pg';
import type { Log } from '#log';
import { ClosingPool } from '#store/database/closing-pool';
import { OctetClient, type OctetPool } from '#store/query/octet-query';

/** Two keep two cores busy; the others are for those who wait for the disk. */
const SIZE = 4;
const PLANNER = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

export function openReadPool(connection: ClientConfig, log: Log): OctetPool {
  const settings = PLANNER.map((setting) => `-c ${setting}`);
  const pool = new ClosingPool({
    ...connection,
    options: [connection.options ?? '', ...settings].join(' '),
    Client: OctetClient,
    max: SIZE,
    connectionTimeoutMillis: 5000,
  });
  pool.on('error', (error) => log.warn('mail.connection-lost', { error: error.message }));
  return pool as unknown as OctetPool;
}
