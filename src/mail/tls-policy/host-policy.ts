/** What a host of a route is held to, and by whose policy: decided in `secure-hosts.ts`, used by the queue and counted for reports. */
import type { ResultType } from '#protocol/tlsrpt/results';
import type { SessionPolicy } from '#store/tls-policy/sessions';

export interface HostPolicy extends SessionPolicy {
  /** Of the forward-paths. */
  readonly recipientDomain: string;
  /** Of MTA-STS: whether what fails is refused or only reported. */
  readonly mode?: 'enforce' | 'testing';
  /** What went wrong in finding the policy, and what every session is thus counted under too. */
  readonly faults: readonly PolicyFault[];
}

export interface PolicyFault {
  readonly result: ResultType;
  /** What exactly, in a word. */
  readonly reason: string;
}
