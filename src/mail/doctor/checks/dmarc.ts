/** M1 to M4: the policy of a domain, where its reports go, and how what we sent fares by it. */
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { above, isBelow } from '#mail/doctor/domain-order';
import { ask, judgeAtPlaces, noAnswer, type Asked } from '#mail/doctor/dns-questions';
import type { CommonOutcome, Evidence, Outcome } from '#mail/doctor/outcome';
import { DAY, lastReport, listed, percent, quoted } from '#mail/doctor/spoken-values';
import { askRecipients } from './mail-exchange.ts';
import { policiesOf } from '#protocol/dmarc/policy';
import { isDmarcRecord, parseRecord, type DmarcRecord } from '#protocol/dmarc/record';
import { txtText } from '#protocol/dns/resolver';

export async function dmarcRecord(context: Context): Promise<Outcome<'M1'>> {
  const name = `_dmarc.${context.domain}`;
  const outcome = await judgeAtPlaces(context, name, 'TXT', judgeRecord, isRight);
  if (outcome.finding !== 'none') return outcome;
  const found = await findRecord(context);
  const evidence = [...(outcome.evidence ?? []), ...found.evidence];
  if (found.kind === 'failed') return { ...found.outcome, evidence };
  if (found.kind === 'none') return { ...outcome, evidence };
  const values = { parent: found.domain, record: quoted(found.text) };
  return { finding: 'inherited', values, evidence };
}

function judgeRecord({ records }: Asked<'TXT'>): Outcome<'M1'> {
  const texts = records.map(txtText).filter(isDmarcRecord);
  if (texts.length === 0) return { finding: 'none', values: {} };
  if (texts.length > 1) return { finding: 'several', values: { count: String(texts.length) } };
  const record = parseRecord(texts[0]!)!;
  const { unusable } = policiesOf(record);
  if (unusable) {
    const values = { problem: `${unusable.tag}= ${unusable.kind}` };
    return { finding: 'unusable', values, about: values.problem };
  }
  const old = record.remarks.filter(({ kind }) => kind === 'removed').map(({ tag }) => tag);
  return old.length > 0
    ? { finding: 'old-tags', values: { tags: listed(old) } }
    : { finding: 'one', values: { record: quoted(texts[0]!, 500) } };
}

function isRight({ finding }: { readonly finding: string }): boolean {
  return finding === 'one' || finding === 'old-tags';
}

type Found =
  | {
      readonly kind: 'record';
      readonly domain: string;
      readonly text: string;
      readonly record: DmarcRecord;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: 'none'; readonly evidence: readonly Evidence[] }
  | {
      readonly kind: 'failed';
      readonly outcome: CommonOutcome;
      readonly evidence: readonly Evidence[];
    };

/** The record that holds for the domain: its own, or that of the nearest name above (RFC 9989 §4.10). */
function findRecord(context: Context): Promise<Found> {
  const { domain } = context;
  return context.share(`dmarc ${domain}`, async (): Promise<Found> => {
    const evidence: Evidence[] = [];
    for (const at of [domain, ...above(domain)]) {
      const asked = await ask(context, `_dmarc.${at}`, 'TXT');
      evidence.push(asked.evidence);
      if (asked.answer.kind === 'failure')
        return { kind: 'failed', outcome: noAnswer(`_dmarc.${at}`, asked.answer), evidence };
      const texts = asked.records.map(txtText).filter(isDmarcRecord);
      const [text] = texts;
      const record = text === undefined ? undefined : parseRecord(text);
      if (texts.length > 1) return { kind: 'none', evidence };
      if (text !== undefined && record !== undefined && policiesOf(record).policies !== undefined)
        return { kind: 'record', domain: at, text, record, evidence };
    }
    return { kind: 'none', evidence };
  });
}

const WATCHED = 30 * DAY;
/** Percent of our own mail, by M4. */
const ALIGNED_ENOUGH = 98;

export async function dmarcPolicy(context: Context): Promise<Outcome<'M2'>> {
  const found = await findRecord(context);
  const { evidence } = found;
  if (found.kind === 'failed') return { ...found.outcome, evidence };
  if (found.kind === 'none') return { finding: 'no-record', values: {}, evidence };
  const { record, domain } = found;
  const { p, sp } = policiesOf(record).policies!;
  const policy = domain === context.domain ? p : (sp ?? p);
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

export async function dmarcReports(context: ServerContext): Promise<Outcome<'M3'>> {
  const found = await findRecord(context);
  const { evidence } = found;
  if (found.kind === 'failed') return { ...found.outcome, evidence };
  if (found.kind === 'none') return { finding: 'no-record', values: {}, evidence };
  const address = found.record.rua
    .filter(({ scheme }) => scheme === 'mailto')
    .map(({ uri }) => decodeMailto(uri))
    .find((one) => one !== undefined);
  if (address === undefined) return { finding: 'none', values: {}, evidence };
  const target = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (context.domains.includes(target)) return reportsHere(context, address, evidence);
  const organization = found.domain;
  if (isBelow(target, organization) || isBelow(organization, target))
    return { finding: 'external', values: { target }, evidence };
  return authorisation(context, target, organization, evidence);
}

async function reportsHere(
  context: ServerContext,
  address: string,
  before: readonly Evidence[],
): Promise<Outcome<'M3'>> {
  const asked = await askRecipients(context, [address]);
  if (asked.kind === 'failed') {
    const values = { what: asked.what, cause: asked.cause };
    return { finding: 'unreachable', values, evidence: before };
  }
  const evidence = [...before, ...asked.evidence];
  const reply = asked.replies[0] ?? '';
  if (!reply.startsWith('2'))
    return { finding: 'refused', values: { address, reply }, evidence, about: address };
  const last = context.server.domains.find(({ name }) => name === context.domain)?.reports.dmarc;
  return last === undefined
    ? { finding: 'here', values: { address }, evidence }
    : { finding: 'arriving', values: { address, ...lastReport(last) }, evidence };
}

/** RFC 9990 §4: who gets reports about others says that it wants them. */
async function authorisation(
  context: ServerContext,
  target: string,
  domain: string,
  before: readonly Evidence[],
): Promise<Outcome<'M3'>> {
  const name = `${domain}._report._dmarc.${target}`;
  const asked = await ask(context, name, 'TXT');
  const evidence = [...before, asked.evidence];
  if (asked.answer.kind === 'failure') return noAnswer(name, asked.answer, evidence);
  const allows = asked.records.map(txtText).some(isDmarcRecord);
  const finding = allows ? 'external' : 'unauthorised';
  return { finding, values: { target }, evidence, about: target };
}

/** `mailto:a@example.org?…`: the address. */
function decodeMailto(uri: string): string | undefined {
  const text = uri.slice('mailto:'.length).split('?', 1)[0]!;
  try {
    const address = decodeURIComponent(text);
    // what is no address would be a command of its own to our own port
    return /^[!-;=?-~]+@[!-;=?-~]+$/.test(address) ? address : undefined;
  } catch {
    return undefined;
  }
}

export function alignment({ server, domain }: ServerContext): Outcome<'M4'> {
  const sent = server.domains.find(({ name }) => name === domain)?.sent;
  if (sent === undefined || sent.count === 0) return { finding: 'none-sent', values: {} };
  const { count, aligned } = sent;
  const values = { count: String(count), aligned: String(aligned) };
  if (aligned === count) return { finding: 'all', values };
  return { finding: (100 * aligned) / count >= ALIGNED_ENOUGH ? 'most' : 'few', values };
}
