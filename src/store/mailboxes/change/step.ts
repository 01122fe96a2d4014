/** What a change made of a mailbox. Who made the change knows it by these, wherever it hears of it (NOTIFY, RFC 5465 §5). */
export interface Step {
  readonly mailboxId: string;
  /** The mailbox's modseq before. */
  readonly previous: number;
  readonly modseq: number;
}
