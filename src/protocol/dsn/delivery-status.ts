/**
 * The machine-readable report of a delivery status notification as a value: the fields of RFC 3464 §2 that are
 * written and read here. `format-status.ts` and `parse-status.ts` turn it into octets and back.
 */
import type { OriginalRecipient } from '#protocol/smtp/original-recipient';

/** RFC 3464 §2.3.3: what was done with the message for one recipient. */
export const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;

export type Action = (typeof ACTIONS)[number];

/** A value with the name of its type: `dns; mx.example.net`, `smtp; 550 5.1.1 No such user`. */
export interface TypedValue {
  /** Lower case: `dns`, `smtp`, `x-…`. */
  readonly type: string;
  readonly value: string;
}

/** What happened for one recipient (RFC 3464 §2.3). Times are milliseconds since 1970 UTC, whole seconds. */
export interface RecipientStatus {
  /** As the author's MTA was given it (ORCPT). */
  readonly originalRecipient?: OriginalRecipient;
  /** As it was tried. */
  readonly finalRecipient: OriginalRecipient;
  readonly action: Action;
  /** Enhanced status code, `5.1.1` (RFC 3463). */
  readonly status: string;
  /** The MTA that refused, delayed or took the message. */
  readonly remoteMta?: TypedValue;
  /** What it said. */
  readonly diagnosticCode?: TypedValue;
  readonly lastAttempt?: number;
  /** For `delayed`: when the last attempt will be over. */
  readonly willRetryUntil?: number;
}

export interface DeliveryStatus {
  /** ENVID of the MAIL command, decoded. */
  readonly originalEnvelopeId?: string;
  readonly reportingMta: TypedValue;
  /** When the reporting MTA took the message. */
  readonly arrivalDate?: number;
  readonly recipients: readonly RecipientStatus[];
}
