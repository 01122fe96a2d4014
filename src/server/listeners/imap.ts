/** The listeners of IMAP, as the settings have them. */
import type { Config } from '#config';
import { IMAP_LIMITS } from '#servers/imap/limits';
import type { GivenServices } from '#servers/imap/settings';
import { startImap, type ImapServer } from '#servers/imap/start';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { StartFailure } from '#server/failure';
import type { Doors } from './doors.ts';
import { badListener, listenerOf } from './places.ts';

export async function openImap(
  config: Config,
  doors: Doors,
  tls: { readonly current: TlsIdentity },
  services: GivenServices,
): Promise<ImapServer | StartFailure> {
  const imap = await startImap({
    hostname: config.hostname,
    listeners: {
      imap: listenerOf(config, doors, 'imap'),
      imaps: listenerOf(config, doors, 'imaps'),
    },
    tls,
    timeZone: config['imap.time_zone'],
    limits: { ...IMAP_LIMITS, messageSize: config['limits.message_size'] },
    connections: {
      total: config['limits.imap_connections'],
      perAddress: config['limits.imap_connections_per_address'],
    },
    services,
  });
  return imap.kind === 'failed' ? badListener(imap) : imap;
}
