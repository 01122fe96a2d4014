/**
 * The Authentication-Results field of a delivery (RFC 8601): what the checks say of the client and the message, in the words of the RFCs. Checks
 * that were not made are not named; without any the field says `none`.
 */
import { formatAuthenticationResults } from '#protocol/authentication-results/format';
import type { MethodResult } from '#protocol/authentication-results/field';
import {
  arcResult,
  dkimResults,
  dmarcResult,
  dmarcWithoutAuthor,
  iprevResult,
  spfResult,
} from '#protocol/authentication-results/results';
import { formatMailbox } from '#protocol/address/mailbox';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Given } from '#mail/receive/inquiry/given';

/** What results are made of. */
type Named = Pick<AllFacts, 'iprev' | 'spf' | 'author' | 'dkim' | 'arc' | 'dmarc'>;

/** With its name and its line end. */
export function authenticationResults(
  authservId: string,
  given: Given['mail'],
  facts: Named,
): Uint8Array {
  return formatAuthenticationResults({ authservId, results: resultsOf(given, facts) });
}

export function resultsOf(
  { client, envelope: { reversePath } }: Given['mail'],
  facts: Named,
): readonly MethodResult[] {
  const iprev = knownOf(facts.iprev);
  const spf = knownOf(facts.spf);
  const dkim = knownOf(facts.dkim);
  const arc = knownOf(facts.arc);
  const sender = reversePath ? formatMailbox(reversePath) : client.ehlo;
  return [
    ...(iprev ? [iprevResult(iprev.result, iprev.ip)] : []),
    ...(spf ? [spfResult(spf.result, spf.identity, sender)] : []),
    ...(dkim ? dkimResults(dkim.signatures) : []),
    ...(arc
      ? [
          arcResult(arc.cv, {
            remoteIp: client.address,
            ...(arc.oldestPass !== undefined && { oldestPass: arc.oldestPass }),
          }),
        ]
      : []),
    ...dmarcResults(facts),
  ];
}

/** A message without one author cannot pass, and says why. */
function dmarcResults({ author, dmarc }: Named): readonly MethodResult[] {
  if (dmarc.kind === 'known') return [dmarcResult(dmarc.value)];
  const kind = knownOf(author)?.author.kind;
  const couldAsk = dmarc.kind === 'not-asked' && dmarc.why === 'nothing';
  return couldAsk && kind !== undefined ? [dmarcWithoutAuthor(kind)] : [];
}
