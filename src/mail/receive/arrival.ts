/** A message that has arrived whole on the MX listener, and is to be judged. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Client, Envelope } from './envelope.ts';
import type { Inquiry } from './inquiry.ts';
import type { Content } from './intake.ts';
import type { LocalRecipient } from './recipient.ts';

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
