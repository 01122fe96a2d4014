/** Why mail to an address failed: what every code and every word of a reply comes down to (reasons.ts). */
export type BounceReason =
  | 'no-mailbox'
  | 'no-domain'
  | 'moved'
  | 'takes-no-mail'
  | 'disabled'
  | 'full'
  /** The mailbox takes mail, and not this: some carriers say «unknown user» of it, once they have seen the content. */
  | 'filtered'
  | 'unreachable'
  | 'busy'
  | 'expired'
  | 'content'
  | 'policy'
  | 'unknown';
