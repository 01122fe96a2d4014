/**
 * What of a judged message stands in a report to its author's domain (RFC 9990 §3.1.1). Pure. A message that is to come again is counted when
 * it has; what filters other than DMARC made of it is nobody's affair (RFC 9990 §8.3).
 */
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Judgement } from '#mail/receive/judgement/judgement';
import { wishOf, type Policies } from '#mail/receive/judgement/policies';
import { countedSignatures } from '#mail/receive/inquiry/vouching';
import { toAscii } from '#protocol/address/domain';
import { formatIp, parseIp, unmapped } from '#protocol/address/ip-address';
import type {
  DkimResult,
  Disposition,
  OverrideReason,
  PublishedPolicy,
  ReportedRow,
} from '#protocol/dmarc-report/report';
import { mailDestinations } from '#protocol/dmarc-report/destinations';
import type { DmarcRecord } from '#protocol/dmarc/record';
import type { DmarcReport } from '#protocol/dmarc/report';
import type { SeenKind } from '#store/reports/dmarc-seen';

export interface SeenMessage {
  readonly client: { readonly address: string };
  readonly envelope: { readonly reversePath: { readonly domain: string } | null };
  readonly recipients: readonly { readonly id: number }[];
}

/** RFC 9990 §3.1.3 allows a hundred; mail of people has one or two. */
const MOST_SIGNATURES = 10;
const LONGEST_NAME = 253;

/** Undefined where nobody is reported to. */
export function seenMessage(
  { client, envelope, recipients }: SeenMessage,
  judgement: Pick<Judgement, 'facts' | 'findings' | 'verdict'>,
  policies: Policies,
): SeenKind | undefined {
  const { facts, verdict } = judgement;
  const dmarc = knownOf(facts.dmarc);
  const source = parseIp(client.address);
  if (dmarc?.record === undefined || dmarc.policyDomain === undefined || !source) return undefined;
  if (mailDestinations(dmarc.record.rua).length === 0) return undefined;
  if (verdict.kind === 'refuse' && verdict.how !== 'reject') return undefined;
  const from = envelope.reversePath?.domain ?? '';
  const row: Omit<ReportedRow, 'messages'> = {
    sourceIp: formatIp(unmapped(source)),
    ...applied(dmarc, facts, recipients.length, policies),
    dkimAligned: dmarc.aligned.dkim,
    spfAligned: dmarc.aligned.spf,
    headerFrom: dmarc.domain,
    envelopeFrom: (toAscii(from) ?? from).slice(0, LONGEST_NAME),
    envelopeTo: '',
    dkim: signaturesOf(facts, dmarc),
    spf: spfOf(facts),
  };
  return { policy: publishedIn(dmarc.policyDomain, dmarc.record), row };
}

/** What DMARC did, and why that is not what the policy asks (RFC 9990 §3.1.1.9, §3.1.6). */
function applied(
  { result, policy, record, wouldAsk = 'none' }: DmarcReport,
  { trust }: AllFacts,
  recipients: number,
  policies: Policies,
): { readonly disposition: Disposition; readonly reasons: readonly OverrideReason[] } {
  if (result === 'pass') return { disposition: wouldAsk === 'none' ? 'none' : 'pass', reasons: [] };
  const testing = result === 'fail' && record?.t === 'y' ? [reason('policy_test_mode')] : [];
  if (result !== 'fail' || policy === 'none') return { disposition: 'none', reasons: testing };
  const wish = wishOf({ check: 'dmarc', reason: `dmarc-${policy}` }, policies);
  if (wish === 'note')
    return { disposition: 'none', reasons: [...testing, reason('local_policy')] };
  const trusted = knownOf(trust);
  const spared = trusted?.trusted.size ?? 0;
  if (spared === 0) return { disposition: policy, reasons: testing };
  const isList =
    trusted?.list !== undefined && [...trusted.trusted.values()].includes(trusted.list);
  const reasons = [...testing, reason(isList ? 'mailing_list' : 'trusted_forwarder')];
  // it was taken for those who trust the forwarder, and is junk for the others
  return { disposition: spared === recipients ? 'none' : 'quarantine', reasons };
}

function reason(type: string): OverrideReason {
  return { type, comment: '' };
}

/** RFC 9990 §3.1.3: what passes and aligns first, what does not pass last. */
function signaturesOf(
  { dkim }: AllFacts,
  { domain: author, identifiers }: DmarcReport,
): DkimResult[] {
  const aligned = new Set(
    identifiers.flatMap((one) => (one.mechanism === 'dkim' && one.aligned ? [one.domain] : [])),
  );
  const rank = ({ domain, result }: DkimResult): number =>
    result !== 'pass' ? 3 : domain === author ? 0 : aligned.has(domain) ? 1 : 2;
  return countedSignatures(knownOf(dkim))
    .flatMap(({ domain, selector = '', result }) =>
      domain === undefined
        ? []
        : [
            {
              domain: domain.slice(0, LONGEST_NAME),
              selector: selector.slice(0, LONGEST_NAME),
              result,
            },
          ],
    )
    .toSorted((one, other) => rank(one) - rank(other))
    .slice(0, MOST_SIGNATURES);
}

/** RFC 9990 §3.1.1.13: only the MAIL FROM identity is of DMARC; of a null reverse-path it is that of the EHLO name (RFC 7208 §2.4). */
function spfOf({ spf }: AllFacts): ReportedRow['spf'] {
  const report = knownOf(spf);
  return report === undefined
    ? []
    : [
        {
          domain: report.domain.toLowerCase().slice(0, LONGEST_NAME),
          scope: 'mfrom',
          result: report.result,
        },
      ];
}

/** «Unspecified tags have their default values.» */
function publishedIn(domain: string, record: DmarcRecord): PublishedPolicy {
  const { p = 'none', adkim, aspf, t, fo, ruf } = record;
  const sp = record.sp ?? p;
  return {
    domain,
    discovery: 'treewalk',
    p,
    sp,
    np: record.np ?? sp,
    fo: ruf.length > 0 ? fo.join(':') : '',
    adkim,
    aspf,
    testing: t,
  };
}
