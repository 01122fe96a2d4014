/** What the pages of the practice Internet show and change. */
import type { BlockList } from '#lab/dnsbl/start';
import type { LabNetwork } from '#lab/network';
import type { providerCalls } from '#lab/providers/calls';
import type { Log } from '#log';
import type { PemPair } from '#mail/certificates/x509';
import type { DnsParts } from './dns-places.ts';

export interface WebParts {
  readonly network: Pick<LabNetwork, 'addressOf' | 'localPort'>;
  readonly log: Log;
  readonly calls: Pick<ReturnType<typeof providerCalls>, 'why' | 'postmaster'>;
  readonly blockList: Pick<BlockList, 'view' | 'remove'>;
  readonly dns: DnsParts;
  /** For all of its sites. */
  readonly identity: PemPair;
}
