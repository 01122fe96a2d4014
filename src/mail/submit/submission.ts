/** A message that a principal hands in to be sent: the one value that SMTP submission and JMAP give to `submit`. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Client, Envelope, EnvelopeRecipient, Login } from '#mail/receive/envelope';
import type { Content } from '#mail/receive/intake';
import type { LimitReached } from '#mail/abuse/daily-allowance';
import type { AuthorRefusal } from './author.ts';

export interface Submission {
  readonly login: Login;
  readonly client: Client;
  readonly channel: 'smtp' | 'jmap' | 'local';
  readonly envelope: Envelope;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly content: Content;
  readonly dialogue: readonly DialogueEntry[];
}

export type Submitted =
  | { readonly kind: 'queued' }
  | { readonly kind: 'refused'; readonly refusal: SubmissionRefusal };

export type SubmissionRefusal =
  | AuthorRefusal
  /** The header ends in a line that is no field, at this octet. */
  | { readonly kind: 'broken-header'; readonly offset: number }
  /** Longer than what is looked at: more authors, or a Bcc, could stand behind it. */
  | { readonly kind: 'header-too-long' }
  | { readonly kind: 'too-many-hops' }
  /** The account has sent what it may in a day, an hour or a minute. */
  | LimitReached;
