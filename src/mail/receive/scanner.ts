/**
 * A content scanner: a program beside the server that reads whole messages and says what it thinks of them. Mail flows without it; what it says is one
 * finding among others.
 */
import type { MethodResult } from '#protocol/authentication-results/field';
import type { CheckStep, Given } from './check.ts';

export interface Scanner {
  /**
   * Within its own limit of time, which is shorter than the signal's. Never rejects for what the scanner or the network did.
   * @param message the envelope, the content and the recipients
   * @param known what was found out by then, in the words of Authentication-Results, so that it need not be asked again
   */
  scan(
    message: Given['end'],
    known: readonly MethodResult[],
    signal: AbortSignal,
  ): Promise<ScanReport>;
}

export interface ScanReport {
  /** What it would do. `unavailable`: it did not answer, or is not asked for a while since it did not. */
  readonly result: 'accept' | 'junk' | 'greylist' | 'reject' | 'unavailable';
  readonly steps: readonly CheckStep[];
}
