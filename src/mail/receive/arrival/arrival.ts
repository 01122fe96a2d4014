/** A message that has arrived whole on the MX listener, and is to be judged. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Client, Envelope } from '#mail/receive/envelope';
import type { Inquiry } from '#mail/receive/inquiry/inquiry';
import type { Content } from '#mail/receive/intake';
import type { LocalRecipient } from '#mail/receive/recipient';

export interface Arrival {
  readonly client: Client;
  readonly envelope: Envelope;
  readonly recipients: readonly LocalRecipient[];
  readonly content: Content;
  /** What was found out while the message came in. */
  readonly inquiry: Inquiry;
  /** What was said so far; kept with the message. */
  readonly dialogue: readonly DialogueEntry[];
}
