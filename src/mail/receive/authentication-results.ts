/**
 * The Authentication-Results field of a delivery (RFC 8601): what the checks say of the client and the message, in the words of the RFCs. Checks
 * that were not made are not named; without any the field says `none`.
 */
import { formatAuthenticationResults } from '#protocol/authentication-results/format';
import type { MethodResult } from '#protocol/authentication-results/field';
import {
  dkimResults,
  dmarcResult,
  dmarcWithoutAuthor,
  iprevResult,
  spfResult,
} from '#protocol/authentication-results/results';
import { formatMailbox } from '#protocol/address/mailbox';
import type { Envelope } from './envelope.ts';
import { knownOf, type AllFacts } from './facts.ts';

/** With its name and its line end. */
export function authenticationResults(
  authservId: string,
  { reversePath }: Pick<Envelope, 'reversePath'>,
  ehlo: string,
  facts: AllFacts,
): Uint8Array {
  return formatAuthenticationResults({ authservId, results: resultsOf(reversePath, ehlo, facts) });
}

function resultsOf(
  reversePath: Envelope['reversePath'],
  ehlo: string,
  facts: AllFacts,
): readonly MethodResult[] {
  const iprev = knownOf(facts.iprev);
  const spf = knownOf(facts.spf);
  const dkim = knownOf(facts.dkim);
  const author = knownOf(facts.author)?.author;
  return [
    ...(iprev ? [iprevResult(iprev.result, iprev.ip)] : []),
    ...(spf
      ? [spfResult(spf.result, spf.identity, reversePath ? formatMailbox(reversePath) : ehlo)]
      : []),
    ...(dkim ? dkimResults(dkim.signatures) : []),
    ...dmarcResults(facts, author?.kind),
  ];
}

/** A message without one author cannot pass, and says why. */
function dmarcResults({ dmarc }: AllFacts, author: string | undefined): readonly MethodResult[] {
  if (dmarc.kind === 'known') return [dmarcResult(dmarc.value)];
  const couldAsk = dmarc.kind === 'not-asked' && dmarc.why === 'nothing';
  return couldAsk && author !== undefined ? [dmarcWithoutAuthor(author)] : [];
}
