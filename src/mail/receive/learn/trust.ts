/**
 * Learns which mailing lists an owner trusts (docs/decisions/0018): a message that DMARC put into Junk and that is moved out of it speaks for the
 * list it came by, one that is moved into Junk against it.
 */
import type { Log } from '#log';
import type { Clock } from '#clock';
import type { Pool } from '#store/database/open';
import type { Transferred } from '#store/mailboxes/mail-store';
import { filedMessages, noteJunked, noteRescued } from '#store/reception/trusted-forwarders';

export interface LearnContext {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Roles of mailboxes into which nothing is rescued. */
const THROWN_AWAY = new Set<string | null>(['junk', 'trash']);

/** After messages were copied or moved. Never rejects: what is not learned now is learned another time. */
export async function learnTrust(
  { pool, clock, log }: LearnContext,
  accountId: string,
  transfer: Transferred,
): Promise<void> {
  if (transfer.from === transfer.to) return;
  try {
    const { from, to, lists } = await filedMessages(pool, accountId, transfer);
    if (lists.length === 0) return;
    if (from === 'junk' && !THROWN_AWAY.has(to))
      await noteRescued(pool, accountId, lists, clock.now());
    if (to === 'junk') await noteJunked(pool, accountId, lists);
  } catch (error) {
    log.warn('receive.not-learned', { error: (error as Error).message });
  }
}
