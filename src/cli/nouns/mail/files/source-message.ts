/** A message in a file: where it is to go, what is known of it, and its octets. */
import type { IncomingHead } from '#servers/admin/calls/mail-transfer';

export interface SourceMessage {
  readonly head: IncomingHead;
  readonly pieces: AsyncIterable<Uint8Array>;
}
