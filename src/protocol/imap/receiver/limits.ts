/** How much the receiver takes in and throws away (receiver.ts), each bound with its reason. */

export interface ReceiverLimits {
  /** Octets of a command with its literals, messages apart. */
  readonly command: number;
  /** Octets of a command before the login. */
  readonly beforeLogin: number;
  /** Octets of a line in an AUTHENTICATE exchange. */
  readonly authLine: number;
  /** Octets thrown away of what is refused, before the receiver gives up. */
  readonly discard: number;
  /** The same before the login. */
  readonly discardBeforeLogin: number;
  /** Octets thrown away of one line. */
  readonly discardLine: number;
}

export const RECEIVER_LIMITS: ReceiverLimits = {
  // RFC 7162 §4 asks clients for 8,192; sets of UIDs and searches of long lists go beyond it.
  command: 256 * 1024,
  // A name and a password; RFC 2971 §3.3 lets ID have thirty fields of 1,024 octets.
  beforeLogin: 36 * 1024,
  // Channel binding data, nonces and a proof.
  authLine: 12_288,
  // A client that does not look at APPENDLIMIT still gets its NO.
  discard: 128 * 1024 * 1024,
  // Nobody has a message to hand in yet.
  discardBeforeLogin: 1024 * 1024,
  // A literal has its length before it; a line that is twice as long as a command can be has no end.
  discardLine: 256 * 1024,
};
