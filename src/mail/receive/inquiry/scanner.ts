/**
 * A content scanner: a program beside the server that reads whole messages and says what it thinks of them. Mail flows without it; what it says is one
 * finding among others.
 */
import type { CheckStep } from './check-step.ts';
import type { Given } from './given.ts';

export interface Scanner {
  /**
   * Within its own limit of time, which is shorter than the signal's. Never rejects for what the scanner or the network did.
   * @param message the envelope, the content and the recipients
   * @param clientName of the client's address, where it leads back to it
   * @throws StoreUnavailable, DatabaseError: the message could not be read
   */
  scan(
    message: Given['end'],
    clientName: string | undefined,
    signal: AbortSignal,
  ): Promise<ScanReport>;
}

export interface ScanReport {
  /**
   * What it would do. `unavailable`: it did not answer, or is not asked for a while since it did not · `too-large`: it is not asked
   * about messages of this size.
   */
  readonly result: 'accept' | 'junk' | 'greylist' | 'reject' | 'unavailable' | 'too-large';
  readonly steps: readonly CheckStep[];
}
