/** What was counted of the sessions of a day with one domain, as a report for its owner (RFC 8460 §4.4). Pure. */
import type { FailureDetails, ReportedPolicy } from '#protocol/tlsrpt/report';
import type { SessionCount } from '#store/tls-policy/sessions';

/** Failures that one report tells of; the counts are of all. */
const MOST_FAILURES = 500;

export function reportedPolicies(counts: readonly SessionCount[]): ReportedPolicy[] {
  const byPolicy = Map.groupBy(counts, ({ policy }) =>
    JSON.stringify([policy.type, policy.domain, policy.strings]),
  );
  return [...byPolicy.values()].map((group) => {
    const { policy } = group[0]!;
    const failures = group.filter(({ result }) => result !== '');
    const sum = (some: readonly SessionCount[]): number =>
      some.reduce((total, { sessions }) => total + sessions, 0);
    return {
      type: policy.type,
      domain: policy.domain,
      strings: policy.strings,
      mxHosts: policy.mxPatterns,
      successful: sum(group) - sum(failures),
      failed: sum(failures),
      failures: failures.slice(0, MOST_FAILURES).map(detailsOf),
    };
  });
}

function detailsOf(count: SessionCount): FailureDetails {
  return {
    resultType: count.result,
    sendingIp: count.sendingIp,
    mxHost: count.mxHost,
    mxHelo: count.helo,
    receivingIp: count.receivingIp,
    sessions: count.sessions,
    information: '',
    reasonCode: count.reason,
  };
}
