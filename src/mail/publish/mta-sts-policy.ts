/** The MTA-STS policy that a domain here serves (RFC 8461 §3.2), and the id of its record. Pure. */
import { createHash } from 'node:crypto';
import { hex, utf8 } from '#bytes';
import type { StsMode } from '#protocol/mta-sts/policy-file';

export interface ServedPolicy {
  readonly mode: StsMode;
  /** Hosts, in A-labels. */
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
}

export function formatStsPolicy({ mode, mx, maxAge }: ServedPolicy): string {
  const lines = [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((host) => `mx: ${host}`),
    `max_age: ${maxAge}`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/**
 * The id tells senders that the policy changed (RFC 8461 §3.1, at most 32 letters and digits): it is made from the content, so that every node gives the
 * same and none can be forgotten.
 */
export function stsPolicyId(policy: ServedPolicy): string {
  const digest = createHash('sha256')
    .update(utf8(formatStsPolicy(policy)))
    .digest();
  return hex(digest).slice(0, 20);
}
