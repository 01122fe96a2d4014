/** T5: whether CAA lets our authority issue for the names that we order (RFC 8659), to our account and by our challenge (RFC 8657). */
import type { AuthorityFacts } from '#mail/doctor/server-facts';
import type { Context } from '#mail/doctor/context';
import { ask, noAnswer } from '#mail/doctor/dns-questions';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { judgeEverywhere } from '#mail/doctor/places';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { readIssueValue, type IssueValue } from '#protocol/caa/issue-value';
import { caaNames, issueTag, issueValues, isWildcard, strangeTag } from '#protocol/caa/record-set';
import type { CaaData } from '#protocol/dns/resolver';

/** Names that certificates are ordered for: two or three for each domain. */
const MOST_NAMES = 40;

export async function issuers(context: Context): Promise<Outcome<'T5'>> {
  const identities = await identitiesOf(context);
  const outcome = await judgeEverywhere(
    context,
    (place) => judgeNames(place, identities.names),
    ({ finding }) => finding === 'allows',
  );
  return { ...outcome, evidence: [...(outcome.evidence ?? []), ...identities.evidence] };
}

interface Identities {
  /** In lower case; the first is told. */
  readonly names: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** As the directory of the authority has them (RFC 8555 §7.1.1), and as the settings do. */
async function identitiesOf(context: Context): Promise<Identities> {
  const { issuer } = context.settings;
  const url = URL.parse(context.server?.authority?.directory ?? '');
  // what is asked for pages asks at the port of HTTPS alone
  if (url?.protocol !== 'https:' || url.port !== '') return { names: [issuer], evidence: [] };
  const { fetched, evidence } = await fetchPage(context, url.href, 'application/json', (body) =>
    listed(readIdentities(body)),
  );
  const told = fetched.kind === 'fetched' ? readIdentities(fetched.body) : [];
  return { names: told.length > 0 ? told : [issuer], evidence: [evidence] };
}

function readIdentities(body: string): readonly string[] {
  try {
    const { meta } = JSON.parse(body) as { meta?: { caaIdentities?: unknown } };
    const list = meta?.caaIdentities;
    return Array.isArray(list)
      ? list.filter((one) => typeof one === 'string').map((one) => one.toLowerCase())
      : [];
  } catch {
    return [];
  }
}

async function judgeNames(context: Context, identities: readonly string[]): Promise<Outcome<'T5'>> {
  const { server, settings } = context;
  const ordered = server?.certificates.flatMap(({ names }) => names) ?? [];
  const names = [...new Set([settings.hostname, ...ordered])].slice(0, MOST_NAMES);
  const judged = await Promise.all(names.map((name) => judgeName(context, name, identities)));
  const evidence = judged.flatMap((one) => one.evidence ?? []);
  const wrong = judged.find(({ finding }) => finding !== 'allows' && finding !== 'none');
  // of the host itself it is told what there is
  return { ...(wrong ?? judged[0]!), evidence };
}

/** RFC 8659 §3: the records of the nearest name that has any. */
async function judgeName(
  context: Context,
  ordered: string,
  identities: readonly string[],
): Promise<Outcome<'T5'>> {
  const evidence: Evidence[] = [];
  for (const name of caaNames(ordered)) {
    const asked = await ask(context, name, 'CAA');
    evidence.push(asked.evidence);
    if (asked.answer.kind === 'failure')
      return noAnswer(asked.evidence.asked, asked.answer, evidence);
    if (asked.records.length === 0) continue;
    const outcome = judgeRecords(
      { name, ordered, identities, authority: context.server?.authority },
      asked.records,
    );
    return { ...outcome, evidence };
  }
  return { finding: 'none', values: { issuer: identities[0]! }, evidence };
}

interface Judging {
  /** Where the records are: at the name itself, or above it. */
  readonly name: string;
  readonly ordered: string;
  readonly identities: readonly string[];
  readonly authority: AuthorityFacts | undefined;
}

function judgeRecords(
  { name, ordered, identities, authority }: Judging,
  records: readonly CaaData[],
): Outcome<'T5'> {
  const issuer = identities[0]!;
  const forWildcard = isWildcard(ordered);
  const tag = issueTag(records, forWildcard);
  const strange = strangeTag(records);
  if (strange !== undefined)
    return { finding: 'strange', values: { name, tag: quoted(strange) }, about: strange };
  const values = issueValues(records, forWildcard);
  // records that restrict something else let everybody issue
  if (values.length === 0) return { finding: 'allows', values: { name, issuer } };
  const read = values.map((value) => readIssueValue(value));
  const ours = read.filter(
    (one): one is IssueValue => one !== undefined && identities.includes(one.issuer),
  );
  if (ours.length === 0) {
    const allowed = listed(values.map((value) => value.split(';', 1)[0]!.trim() || ';'));
    // records nearer than those above count instead of them, and are ours to publish
    const place = caaNames(ordered)[0]!;
    return { finding: 'forbids', values: { name, allowed, issuer, place, tag }, about: allowed };
  }
  if (authority === undefined) return { finding: 'allows', values: { name, issuer } };
  const { accountUri, challenge } = authority;
  const account = accountUri === undefined ? '' : `; accounturi=${accountUri}`;
  const right = `${issuer}${account}; validationmethods=${challenge}`;
  const ofAccount = ours.filter(
    (one) => one.accountUri === undefined || one.accountUri === accountUri,
  );
  if (ofAccount.length === 0) {
    const bound = listed(ours.flatMap((one) => one.accountUri ?? []));
    const told = { name, issuer, bound, account: accountUri ?? '?', right, tag };
    return { finding: 'other-account', values: told, about: bound };
  }
  if (ofAccount.some(({ validationMethods: all }) => all === undefined || all.includes(challenge)))
    return { finding: 'allows', values: { name, issuer } };
  const methods = listed(ofAccount.flatMap((one) => one.validationMethods ?? []));
  const told = { name, issuer, methods, challenge, right, tag };
  return { finding: 'other-method', values: told, about: methods };
}
