/** A letter of a party of the practice Internet that keeps no queue: one attempt, by the DNS, from the party's own address. */
import { randomBytes } from 'node:crypto';
import type { Dialer } from '#clients/smtp/dial';
import type { Resolver } from '#protocol/dns/resolver';
import type { LabHost } from './addresses.ts';
import { sendLetter, type Sent } from './providers/sending/send.ts';

export interface PostParts {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly addressOf: (host: LabHost) => string;
  readonly monotonic: () => number;
}

export interface PostedLetter {
  /** How it calls itself, and whose address it sends from. */
  readonly host: LabHost;
  /** '' is the null one. */
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly raw: Uint8Array;
}

/** What is not over by then is not waited for. Milliseconds. */
const PATIENCE = 30_000;

export function postLetter(
  { resolver, dialer, addressOf, monotonic }: PostParts,
  { host, ...letter }: PostedLetter,
): Promise<Sent> {
  return sendLetter(
    {
      resolver,
      dialer,
      monotonic,
      randomBytes,
      heloName: host,
      localAddress: addressOf(host),
      sts: undefined,
      trustedRoots: undefined,
      ledger: { note: () => {} },
    },
    letter,
    AbortSignal.timeout(PATIENCE),
  );
}
