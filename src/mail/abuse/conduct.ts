/**
 * How clients behave, as the servers ask and tell it: who may come in, how much it may send, what it did wrong. Everything answers at once,
 * from memory; what nodes know of one another is exchanged behind it (`guard.ts`). Loopback, private addresses, gateways and trusted
 * networks are always welcome. Addresses are as `plainAddress` of `servers/net` gives them.
 */

export type Service = 'mx' | 'submission' | 'imap';

/** What a client does that no honest one does often. */
export type Misconduct =
  /** Spoke before the greeting. */
  | 'early-talker'
  /** A session was ended for its errors. */
  | 'protocol-errors'
  /** Asked for a mailbox that is not there: many are a harvest of addresses. */
  | 'unknown-recipient'
  /** Failed to log in as somebody whom it had not tried before. */
  | 'failed-login';

export type Welcome =
  | { readonly kind: 'welcome' }
  /** Say goodbye and close. `quiet`: the event log heard of it a moment ago. */
  | {
      readonly kind: 'banned';
      /** Calendar milliseconds; Infinity: until it is lifted. */
      readonly until: number;
      readonly reason: string;
      readonly quiet?: boolean;
    }
  /** Temporary: comes too often. */
  | { readonly kind: 'too-fast'; readonly quiet?: boolean };

export type Pace =
  | { readonly kind: 'ok' }
  /** Temporary; `seconds` until there is room again. */
  | { readonly kind: 'too-fast'; readonly per: 'address' | 'network'; readonly seconds: number };

export interface Conduct {
  /** A connection was accepted; counts it. */
  connected(address: string, service: Service): Welcome;
  /** MAIL on the MX listener; counts the message. */
  mayReceive(address: string): Pace;
  /** RCPT on the MX listener; counts the recipient. */
  mayAddress(address: string): Pace;
  /** A recipient was accepted: who writes to many that are there may miss some. */
  noteTaken(address: string): void;
  /** May end in a ban: from the next connection on. */
  noteMisconduct(address: string, what: Misconduct): void;
}

const OK: Pace = { kind: 'ok' };

/** Where nobody is judged: the practice Internet's own hosts, tests. */
export const everybodyBehaves: Conduct = {
  connected: () => ({ kind: 'welcome' }),
  mayReceive: () => OK,
  mayAddress: () => OK,
  noteTaken: () => {},
  noteMisconduct: () => {},
};
