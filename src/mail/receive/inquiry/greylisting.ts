/**
 * Greylisting (RFC 6647): who is not known is to come again after some minutes, which most programs that send junk never do. What is
 * remembered are keys: hashes, of bounded size, with no address in clear.
 */
import { createHash } from 'node:crypto';
import type { GreylistKey, PutOff, Remembered } from '#store/reception/greylist';

/** What the check works with. */
export interface Greylisting {
  /** After which time a message that was put off is taken. Milliseconds. */
  readonly delay: number;
  /** Whether an operator spares the address of a client, or a domain that SPF or DKIM vouches for. */
  readonly spares: (address: string, domains: readonly string[]) => boolean;
  readonly remembered: (
    keys: readonly GreylistKey[],
    now: number,
  ) => Promise<readonly Remembered[]>;
  readonly putOff: (putOff: PutOff) => Promise<void>;
  /** Those of the accounts that wrote to the address: lower case. */
  readonly wroteTo: (accountIds: readonly string[], address: string) => Promise<readonly string[]>;
}

/** How long a key waits for its message to come again. Queues try for five days, and first within the hour. */
export const WAITS_FOR = 2 * 86_400_000;
/** How long who is known stays so without writing: longer than a month, for what comes monthly. */
export const KNOWN_FOR = 36 * 86_400_000;
/** Keys that one network may have waiting. */
export const MOST_WAITING = 1000;

const OCTETS = 16;

function keyOf(...parts: readonly string[]): GreylistKey {
  return createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, OCTETS);
}

export function networkKey(network: string): GreylistKey {
  return keyOf('network', network);
}

/** What waits: who sends, in whose name, to whom. @param origin the client's network, or the domain that SPF passes for */
export function waitingKey(origin: string, reversePath: string, forwardPath: string): GreylistKey {
  return keyOf('waiting', origin, reversePath, forwardPath);
}

/** A network that brought mail in the name of a domain. */
export function broughtKey(network: string, domain: string): GreylistKey {
  return keyOf('brought', network, domain);
}

/** A domain that SPF or DKIM vouched for. */
export function domainKey(domain: string): GreylistKey {
  return keyOf('domain', domain);
}
