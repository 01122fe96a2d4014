/** An APPEND or REPLACE that goes on: what is there of its messages. */
import type { Intake } from '#mail/receive/intake';
import type { MessageHead } from '#protocol/imap/command';
import type { NewMessage } from '#store/mailboxes/change/append-statement';

/** From the first message of a command to its end. */
export interface Appending {
  readonly mailboxId: string;
  readonly messages: NewMessage[];
  /** Octets of messages that are held in memory until the end. */
  held: number;
  current: Current | undefined;
  /** The store failed: the rest is read and thrown away. */
  failure: { readonly error: unknown } | undefined;
}

interface Current {
  readonly intake: Intake;
  readonly head: MessageHead;
  /** Of a message that may have to be encoded: its octets, until it is there. */
  readonly binary: Uint8Array[] | undefined;
}
