/** M1, M2 and M4: the policy of a domain, and how what we sent fares by it. Where its reports go is in `dmarc-reports.ts`. */
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { judgeAtPlaces, type Asked } from '#mail/doctor/dns-questions';
import type { CommonOutcome, Evidence, Outcome } from '#mail/doctor/outcome';
import { judgeEverywhere, noting } from '#mail/doctor/places';
import { DAY, listed, percent, quoted } from '#mail/doctor/spoken-values';
import { judgeDmarc } from '#protocol/dmarc/judge';
import { policiesOf } from '#protocol/dmarc/policy';
import { isDmarcRecord, parseRecord, type DmarcRecord, type Policy } from '#protocol/dmarc/record';
import { txtText } from '#protocol/dns/resolver';

export async function dmarcRecord(context: Context): Promise<Outcome<'M1'>> {
  const name = `_dmarc.${context.domain}`;
  const outcome = await judgeAtPlaces(context, name, 'TXT', judgeRecord, isRight);
  if (outcome.finding !== 'none') return outcome;
  const found = await recordInForce(context);
  const evidence = [...(outcome.evidence ?? []), ...found.evidence];
  if (found.kind === 'failed') return { ...found.outcome, evidence };
  if (found.kind === 'none') return { ...outcome, evidence };
  if (found.policy === undefined) return { ...unusable(found.record)!, evidence };
  const values = { parent: found.domain, record: quoted(found.text) };
  return { finding: 'inherited', values, evidence };
}

function judgeRecord({ records }: Asked<'TXT'>): Outcome<'M1'> {
  const texts = records.map(txtText).filter(isDmarcRecord);
  if (texts.length === 0) return { finding: 'none', values: {} };
  if (texts.length > 1) return { finding: 'several', values: { count: String(texts.length) } };
  const record = parseRecord(texts[0]!)!;
  const wrong = unusable(record);
  if (wrong) return wrong;
  const old = record.remarks.filter(({ kind }) => kind === 'removed').map(({ tag }) => tag);
  return old.length > 0
    ? { finding: 'old-tags', values: { tags: listed(old) } }
    : { finding: 'one', values: { record: quoted(texts[0]!, 500) } };
}

function unusable(record: DmarcRecord): Outcome<'M1'> | undefined {
  const { unusable: wrong } = policiesOf(record);
  if (wrong === undefined) return undefined;
  const values = { problem: `${wrong.tag}= ${wrong.kind}` };
  return { finding: 'unusable', values, about: values.problem };
}

function isRight({ finding }: { readonly finding: string }): boolean {
  return finding === 'one' || finding === 'old-tags';
}

export type InForce =
  | {
      readonly kind: 'record';
      /** Where it was found. */
      readonly domain: string;
      readonly text: string;
      readonly record: DmarcRecord;
      /** What it asks for mail of this domain, before `t`; undefined: it has none that can be used. */
      readonly policy: Policy | undefined;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'none'; readonly evidence: readonly Evidence[] }
  | {
      readonly kind: 'failed';
      readonly outcome: CommonOutcome;
      readonly evidence: readonly Evidence[];
    };

/** The record that holds for mail of the domain, and its policy, by what reception itself goes by: they can never say two things. */
export async function recordInForce(context: Context): Promise<InForce> {
  const noted = noting(context.dns.local);
  const { result, record, policyDomain, steps } = await judgeDmarc({
    author: context.domain,
    dkim: [],
    resolver: noted.resolver,
    signal: context.signal,
  });
  const { evidence, failed } = noted;
  if (result === 'temperror' && failed)
    return { kind: 'failed', outcome: { finding: 'no-answer', values: failed }, evidence };
  if (record === undefined || policyDomain === undefined) return { kind: 'none', evidence };
  const name = `_dmarc.${policyDomain}`;
  const asked = steps.find((step) => step.step === 'asked' && step.name === name);
  const text = asked?.step === 'asked' && asked.answer.kind === 'record' ? asked.answer.text : '';
  const chosen = steps.find(({ step }) => step === 'policy-chosen');
  const policy = chosen?.step === 'policy-chosen' ? chosen.policy : undefined;
  return { kind: 'record', domain: policyDomain, text, record, policy, evidence };
}

const WATCHED = 30 * DAY;
/** Percent of our own mail, by M4. */
const ALIGNED_ENOUGH = 98;

const POLICY_FITS: ReadonlySet<string> = new Set(['enforced', 'watching']);

export function dmarcPolicy(context: Context): Promise<Outcome<'M2'>> {
  return judgeEverywhere(context, judgePolicy, ({ finding }) => POLICY_FITS.has(finding));
}

async function judgePolicy(context: Context): Promise<Outcome<'M2'>> {
  const found = await recordInForce(context);
  const { evidence } = found;
  if (found.kind === 'failed') return { ...found.outcome, evidence };
  if (found.kind === 'none' || found.policy === undefined)
    return { finding: 'no-record', values: {}, evidence };
  const { record, policy } = found;
  if (record.t === 'y') return { finding: 'testing', values: {}, evidence };
  if (policy === 'none') {
    const before = context.before('M2', context.domain);
    const wasNone = before?.finding === 'watching' || before?.finding === 'idle';
    const since = wasNone ? context.now() - before.since : 0;
    // when it turned idle, it had been watched for as long as that takes
    const age = before?.finding === 'idle' ? since + WATCHED : since;
    const days = String(Math.floor(age / DAY));
    return { finding: age > WATCHED ? 'idle' : 'watching', values: { days }, evidence };
  }
  const facts = context.server?.domains.find(({ name }) => name === context.domain);
  const sent = facts?.sent;
  if (sent && sent.count > 0 && (100 * sent.aligned) / sent.count < ALIGNED_ENOUGH) {
    const share = percent(sent.count - sent.aligned, sent.count);
    return { finding: 'loses-own', values: { policy, share }, evidence };
  }
  const own = facts?.reports.dmarc?.own;
  if (own && own.count > 0 && (100 * own.aligned) / own.count < ALIGNED_ENOUGH) {
    const values = {
      policy,
      count: String(own.count),
      failed: String(own.count - own.aligned),
    };
    return { finding: 'reported-failing', values, evidence };
  }
  return { finding: 'enforced', values: { policy }, evidence };
}

export function alignment({ server, domain }: ServerContext): Outcome<'M4'> {
  const sent = server.domains.find(({ name }) => name === domain)?.sent;
  if (sent === undefined || sent.count === 0) return { finding: 'none-sent', values: {} };
  const { count, aligned } = sent;
  const values = { count: String(count), aligned: String(aligned) };
  if (aligned === count) return { finding: 'all', values };
  return { finding: (100 * aligned) / count >= ALIGNED_ENOUGH ? 'most' : 'few', values };
}
