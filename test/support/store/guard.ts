/** A guard on the store of a test that lets everybody in until it is told otherwise. */
import { randomBytes } from 'node:crypto';
import { silentLog } from '#log';
import { Guard, type GuardOptions } from '#mail/abuse/guard';
import { isPrivateAddress } from '#mail/abuse/protected';
import type { Store } from '#store/database/open';

export function newTestGuard(store: Store, options: Partial<GuardOptions> = {}): Guard {
  return new Guard({
    pool: store.pool,
    node: store.newId(),
    clock: store.clock,
    log: silentLog,
    secret: Buffer.alloc(32, 1),
    secretKey: randomBytes(32),
    isProtected: isPrivateAddress,
    rates: { connections: 0, messages: 0, recipients: 0 },
    bans: true,
    note: () => {},
    ...options,
  });
}
