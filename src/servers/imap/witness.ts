/** Who watches sessions from beside: the practice Internet remembers what was said. Elsewhere nobody does. */
import type { TlsFacts } from '#protocol/smtp/dialogue';
import type { ImapListener } from './listener.ts';

export interface ImapWitness {
  /** A session began. */
  readonly began: (session: WatchedSession) => ImapObserver;
}

export interface WatchedSession {
  readonly id: string;
  readonly listener: ImapListener;
  /** Address of the client. */
  readonly client: string;
  /** Who is logged in at this moment. */
  readonly account: () => string | undefined;
}

/** Shown the octets in clear, secrets and all, within TLS and within COMPRESS: it keeps none of them. They may change afterwards. */
export interface ImapObserver {
  readonly heard: (bytes: Uint8Array) => void;
  readonly said: (bytes: Uint8Array) => void;
  readonly secured: (facts: TlsFacts) => void;
  readonly compressed: () => void;
  /** The connection is gone. */
  readonly ended: () => void;
}
