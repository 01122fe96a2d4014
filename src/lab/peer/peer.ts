/** What peer.test is to the rest of the practice Internet. */
import type { Ground } from '#lab/ground';
import type { Sent } from '#lab/providers/sending/send';
import type { Resolver } from '#protocol/dns/resolver';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { KeptLetter } from './mailboxes.ts';

export const PEER_DOMAIN = 'peer.test';
/** Who reads mail there. */
export const PEER_PEOPLE = ['friend', 'traveller', 'hanako', 'collector', 'postmaster'] as const;

export interface PeerLetter {
  /** An address of peer.test; '' is the null one. */
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly raw: Uint8Array;
}

export interface PeerState {
  readonly program: 'postfix' | 'stand-in';
  readonly running: boolean;
  /** Of the port that the world reaches. */
  readonly address: string;
  readonly port: number;
  /** Why it is a stand-in. */
  readonly why: string | undefined;
}

export interface Peer extends AsyncDisposable {
  readonly state: () => PeerState;
  /** Starts it where it sleeps. @throws with a remedy where it does not start */
  start(): Promise<PeerState>;
  /** Puts it to sleep; its queue and its mailboxes stay. */
  stop(): Promise<PeerState>;
  /** Hands it a letter to bring where the DNS says, and waits for what becomes of the first attempt. */
  send(letter: PeerLetter): Promise<Sent>;
  /** What lies in a mailbox, newest first; undefined: nobody of that name. */
  mail(person: string): Promise<readonly KeptLetter[] | undefined>;
}

export interface PeerOptions {
  readonly ground: Ground;
  /** Asks from its address. */
  readonly resolver: Resolver;
  /** A certificate for its name. */
  readonly identity: () => Promise<PeerIdentity>;
  /** False: the stand-in, whatever is installed. */
  readonly postfix?: boolean;
}

export interface PeerIdentity {
  /** PEM */
  readonly cert: string;
  readonly key: string;
  readonly tls: { readonly current: TlsIdentity };
}

/** What both kinds are made from. */
export interface PeerParts extends Omit<PeerOptions, 'postfix'> {
  /** Its own, below the practice Internet's. */
  readonly folder: string;
}

export function isPerson(name: string): boolean {
  return (PEER_PEOPLE as readonly string[]).includes(name);
}
