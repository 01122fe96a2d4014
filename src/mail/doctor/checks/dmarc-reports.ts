/** M3: where reports on a domain go, and whether each of these places takes them. */
import type { ServerContext } from '#mail/doctor/check';
import type { Outcome } from '#mail/doctor/outcome';
import { judgeEverywhere, noting } from '#mail/doctor/places';
import { lastReport } from '#mail/doctor/spoken-values';
import {
  mailDestinations,
  reportDestinations,
  type Destination,
} from '#protocol/dmarc-report/destinations';
import { recordInForce } from './dmarc.ts';
import { askRecipients } from './mail-exchange.ts';

/** Of rua and ruf each: nobody names more. */
const MOST_LOOKED_AT = 10;
const GOOD: ReadonlySet<string> = new Set(['here', 'arriving', 'external']);
/** What is told where several are there: the gravest, and otherwise the first. */
const GRAVEST: readonly string[] = ['refused', 'unauthorised', 'no-answer', 'unreachable'];

export function dmarcReports(context: ServerContext): Promise<Outcome<'M3'>> {
  return judgeEverywhere(context, judgeReports, ({ finding }) => GOOD.has(finding));
}

async function judgeReports(context: ServerContext): Promise<Outcome<'M3'>> {
  const found = await recordInForce(context);
  if (found.kind === 'failed') return { ...found.outcome, evidence: found.evidence };
  if (found.kind === 'none') return { finding: 'no-record', values: {}, evidence: found.evidence };
  const { record, domain } = found;
  const aggregate = mailDestinations(record.rua).slice(0, MOST_LOOKED_AT);
  const single = mailDestinations(record.ruf).slice(0, MOST_LOOKED_AT);
  const looked = await Promise.all(
    [...aggregate, ...single].map((destination) => look(context, domain, destination)),
  );
  const evidence = [...found.evidence, ...looked.flatMap((one) => one.evidence ?? [])];
  for (const finding of GRAVEST) {
    const outcome = looked.find((one) => one.finding === finding);
    if (outcome) return { ...outcome, evidence };
  }
  const [first] = looked;
  return aggregate.length === 0 || first === undefined
    ? { finding: 'none', values: {}, evidence }
    : { ...first, evidence };
}

function look(
  context: ServerContext,
  policyDomain: string,
  destination: Destination,
): Promise<Outcome<'M3'>> {
  return context.domains.includes(destination.domain)
    ? reportsHere(context, destination.address)
    : reportsElsewhere(context, policyDomain, destination);
}

async function reportsHere(context: ServerContext, address: string): Promise<Outcome<'M3'>> {
  const asked = await context.share(`recipient ${address}`, () =>
    askRecipients(context, [address]),
  );
  if (asked.kind === 'failed')
    return { finding: 'unreachable', values: { what: asked.what, cause: asked.cause } };
  const { evidence } = asked;
  const reply = asked.replies[0] ?? '';
  if (!reply.startsWith('2'))
    return { finding: 'refused', values: { address, reply }, evidence, about: address };
  const last = context.server.domains.find(({ name }) => name === context.domain)?.reports.dmarc;
  return last === undefined
    ? { finding: 'here', values: { address }, evidence }
    : { finding: 'arriving', values: { address, ...lastReport(last) }, evidence };
}

/** RFC 9990 §4, as our own reports go by it. */
async function reportsElsewhere(
  { dns, signal }: ServerContext,
  policyDomain: string,
  { address, domain: target }: Destination,
): Promise<Outcome<'M3'>> {
  const noted = noting(dns.local);
  const { resolver } = noted;
  const uri = { uri: `mailto:${encodeURIComponent(address)}`, scheme: 'mailto' };
  const wanted = await reportDestinations(policyDomain, [uri], { resolver, signal });
  const { evidence, failed } = noted;
  if (wanted.length > 0) return { finding: 'external', values: { target }, evidence };
  if (failed) return { finding: 'no-answer', values: failed, evidence };
  const name = `${policyDomain}._report._dmarc.${target}`;
  return { finding: 'unauthorised', values: { target, name }, evidence, about: target };
}
