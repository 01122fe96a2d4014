/**
 * DMARC for one message (RFC 9989 §5.3): the policy that holds for the domain of its author, and whether what SPF and DKIM vouch
 * for belongs to the same organization. Pure but for the resolver that is handed in; rejects only where that does.
 *
 * The questions asked of the DNS are bounded (`record-lookup.ts`), and few for honest mail: an identifier that is the author's own
 * domain, or cannot be of its organization by its name alone, needs no walk. A mechanism that ended in temperror counts, if its identifier aligns, as a
 * question without an answer: the message can neither pass nor fail (§5.3.6).
 * Called by mail/receive and the command line.
 */
import type { Resolver, ResolveOptions } from '#protocol/dns/resolver';
import { alignIdentifiers } from './alignment.ts';
import { authorWalk, type AuthorWalk } from './author-walk.ts';
import { dnsName } from './domain-name.ts';
import { inheritedPolicy, lowered, policiesOf } from './policy.ts';
import type { DmarcRecord, Policy } from './record.ts';
import { recordLookup } from './record-lookup.ts';
import type {
  DkimIdentifier,
  DmarcReport,
  DmarcResult,
  DmarcStep,
  IdentifierReport,
  PolicySource,
  SpfIdentifier,
} from './report.ts';
import { inheritedRecord } from './tree-walk.ts';

export interface DmarcOptions {
  /** The Author Domain (`readAuthor`). */
  readonly author: string;
  readonly spf?: SpfIdentifier | undefined;
  readonly dkim: readonly DkimIdentifier[];
  readonly resolver: Resolver;
  /** Walks to the end even where nothing depends on it, for who wants to see it. */
  readonly wholeWalk?: boolean;
  readonly signal?: AbortSignal;
  /** On whose behalf: see `ResolveOptions`. */
  readonly owner?: string;
}

interface FoundPolicy {
  readonly kind: 'found';
  readonly record: DmarcRecord;
  readonly policyDomain: string;
  readonly source: PolicySource;
}

/** What one judgement carries along. */
interface Judging {
  readonly author: string;
  readonly options: DmarcOptions;
  readonly asking: ResolveOptions;
  readonly steps: DmarcStep[];
  readonly walk: AuthorWalk;
  readonly lookup: ReturnType<typeof recordLookup>;
}

export async function judgeDmarc(options: DmarcOptions): Promise<DmarcReport> {
  const steps: DmarcStep[] = [];
  const author = dnsName(options.author);
  const { signal, owner } = options;
  const asking = { ...(signal && { signal }), ...(owner !== undefined && { owner }) };
  const lookup = recordLookup(options.resolver, asking, (step) => steps.push(step));
  if (author === undefined) {
    steps.push({ step: 'no-domain', rfc: 'RFC 9989 §5.3.1', domain: options.author });
    return concluded({ domain: options.author, result: 'none', steps });
  }
  const walk = authorWalk(author, lookup, steps);
  const judging = { author, options, asking, steps, walk, lookup };
  const report = await judge(judging);
  return { ...report, queries: lookup.queries() };
}

async function judge(judging: Judging): Promise<DmarcReport> {
  const { author, steps, walk, options } = judging;
  const found = await findPolicy(judging);
  if (found.kind === 'broken') return concluded({ domain: author, result: found.result, steps });
  if (found.kind === 'none') {
    steps.push({ step: 'no-policy', rfc: 'RFC 9989 §4.10.1', domain: author });
    return concluded({ domain: author, result: 'none', steps });
  }
  const { record, policyDomain, source } = found;
  steps.push({ step: 'policy-found', rfc: 'RFC 9989 §4.10.1', policyDomain, source });
  const base = { domain: author, policyDomain, record, steps };
  const { policies, unusable } = policiesOf(record);
  if (unusable) {
    const reports = policies !== undefined;
    steps.push({ step: 'policy-unusable', rfc: 'RFC 9989 §4.10.1', ...unusable, reports });
  }
  if (!policies) {
    return concluded({ ...base, result: unusable?.kind === 'invalid' ? 'permerror' : 'none' });
  }
  const chosen = await choosePolicy(judging, found, policies);
  const { spf, dkim } = options;
  const aligning = { author, walk, lookup: judging.lookup, steps };
  const identifiers = await alignIdentifiers(spf, dkim, record, aligning);
  if (options.wholeWalk === true) await walk.organization();
  const organizationalDomain = walk.known();
  const result = resultOf(identifiers, chosen.uncertain);
  return concluded({
    ...base,
    ...(organizationalDomain !== undefined && { organizationalDomain }),
    identifiers,
    ...(!chosen.uncertain && { wouldAsk: chosen.policy }),
    policy: result === 'temperror' || result === 'permerror' ? 'none' : chosen.policy,
    result,
  });
}

type Finding =
  | FoundPolicy
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly result: 'temperror' | 'permerror' };

/** §4.10.1: the author's own record, else that of its organization, else that of its public suffix. */
async function findPolicy({ author, walk, lookup }: Judging): Promise<Finding> {
  const own = await lookup(author);
  if (own.kind === 'record') {
    return { kind: 'found', record: own.record, policyDomain: author, source: 'author' };
  }
  const walked = await walk.finished();
  if (walked.broken) {
    const result = walked.broken.kind === 'failure' ? 'temperror' : 'permerror';
    return { kind: 'broken', result };
  }
  const inherited = inheritedRecord(walked);
  if (!inherited) return { kind: 'none' };
  const { record, domain, source } = inherited;
  return { kind: 'found', record, policyDomain: domain, source };
}

async function choosePolicy(
  { author, options, asking, steps }: Judging,
  { record, source }: FoundPolicy,
  policies: NonNullable<ReturnType<typeof policiesOf>['policies']>,
): Promise<{ readonly policy: Policy; readonly uncertain: boolean }> {
  let chosen = { policy: policies.p, uncertain: false };
  if (source === 'author') {
    steps.push({
      step: 'policy-chosen',
      rfc: 'RFC 9989 §4.10.1',
      tag: 'p',
      policy: chosen.policy,
    });
  } else {
    chosen = { ...(await inheritedPolicy(policies, author, options.resolver, asking, steps)) };
  }
  if (record.t === 'n' || chosen.policy === 'none') return chosen;
  const policy = lowered(chosen.policy);
  steps.push({ step: 'test-mode', rfc: 'RFC 9989 §4.7', published: chosen.policy, policy });
  return { ...chosen, policy };
}

/** §5.3.5, §5.3.6. */
function resultOf(identifiers: readonly IdentifierReport[], uncertain: boolean): DmarcResult {
  if (identifiers.some(passes)) return 'pass';
  const waiting = identifiers.some(
    ({ aligned, result, reason }) => reason === 'unknown' || (aligned && result === 'temperror'),
  );
  if (waiting || uncertain) return 'temperror';
  return identifiers.some(({ reason }) => reason === 'over-limit') ? 'permerror' : 'fail';
}

function passes({ aligned, result }: IdentifierReport): boolean {
  return aligned && result === 'pass';
}

function concluded(
  known: Pick<DmarcReport, 'domain' | 'result'> &
    Partial<DmarcReport> & { readonly steps: DmarcStep[] },
): DmarcReport {
  const { steps, result, policy = 'none', identifiers = [] } = known;
  steps.push({ step: 'concluded', rfc: 'RFC 9989 §5.3.5', result, policy });
  const aligned = (mechanism: 'spf' | 'dkim'): boolean =>
    identifiers.some((identifier) => identifier.mechanism === mechanism && passes(identifier));
  return {
    queries: 0,
    ...known,
    policy,
    identifiers,
    aligned: { spf: aligned('spf'), dkim: aligned('dkim') },
  };
}
