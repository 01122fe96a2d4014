/**
 * Identifier Alignment (RFC 9989 §4.4, §4.10.2): which of the domains that SPF and DKIM vouch for belong to the organization of
 * the author, and why not the others.
 *
 * An Organizational Domain is the name itself or one above it. So an identifier that is not within the author's needs no walk, nor
 * does one that has not even the last label in common.
 */
import { type AuthorWalk, tellWalk } from './author-walk.ts';
import { dnsName, isWithin, labelsOf } from './domain-name.ts';
import type { AlignmentMode, DmarcRecord } from './record.ts';
import type { RecordLookup } from './record-lookup.ts';
import type {
  AlignmentReason,
  DkimIdentifier,
  DmarcStep,
  IdentifierReport,
  Mechanism,
  SpfIdentifier,
} from './report.ts';
import { walkTree } from './tree-walk.ts';

/** Identifiers that are walked for; DKIM looks at eight signatures (`dkim/verify.ts`), SPF has one. */
const MAX_WALKS = 9;

interface Candidate {
  readonly mechanism: Mechanism;
  readonly domain: string;
  readonly result: string;
  readonly selector?: string;
}

export interface Aligning {
  readonly author: string;
  readonly walk: AuthorWalk;
  readonly lookup: RecordLookup;
  readonly steps: DmarcStep[];
}

/** The Organizational Domain of each walk that was made; undefined: it broke off. */
type Walked = Map<string, string | undefined>;

type Alignment = Pick<IdentifierReport, 'aligned' | 'reason' | 'organizationalDomain'>;

/** Each identifier in its order, whether or not another one aligned before. */
export async function alignIdentifiers(
  spf: SpfIdentifier | undefined,
  dkim: readonly DkimIdentifier[],
  record: DmarcRecord,
  aligning: Aligning,
): Promise<readonly IdentifierReport[]> {
  const { steps } = aligning;
  const candidates = candidatesOf(spf, dkim);
  if (candidates.length === 0) steps.push({ step: 'no-identifier', rfc: 'RFC 9989 §5.3.3' });
  const walked: Walked = new Map();
  const reports: IdentifierReport[] = [];
  for (const candidate of candidates) {
    const mode = candidate.mechanism === 'spf' ? record.aspf : record.adkim;
    const report = { ...candidate, mode, ...(await align(candidate, mode, aligning, walked)) };
    steps.push({ step: 'identifier', rfc: sectionOf(report), ...report });
    reports.push(report);
  }
  return reports;
}

function candidatesOf(
  spf: SpfIdentifier | undefined,
  dkim: readonly DkimIdentifier[],
): readonly Candidate[] {
  const signed = dkim.flatMap(({ domain, selector, result }): Candidate[] =>
    domain === undefined
      ? []
      : [{ mechanism: 'dkim', domain, result, ...(selector !== undefined && { selector }) }],
  );
  if (!spf || spf.domain === '') return signed;
  return [{ mechanism: 'spf', domain: spf.domain, result: spf.result }, ...signed];
}

function sectionOf({ mechanism, reason }: IdentifierReport): DmarcStep['rfc'] {
  if (reason === 'same-organization' || reason === 'other-organization') return 'RFC 9989 §4.10.2';
  return mechanism === 'spf' ? 'RFC 9989 §4.4.2' : 'RFC 9989 §4.4.1';
}

async function align(
  { domain, result }: Candidate,
  mode: AlignmentMode,
  aligning: Aligning,
  walked: Walked,
): Promise<Alignment> {
  // one that could not be looked at might have passed (§5.3.6)
  if (result !== 'pass' && result !== 'temperror') return not('not-passed');
  const name = dnsName(domain);
  if (name === undefined) return not('no-domain');
  if (name === aligning.author) return { aligned: true, reason: 'identical' };
  if (mode === 's') return not('not-identical');
  return alignRelaxed(name, aligning, walked);
}

async function alignRelaxed(
  name: string,
  { author, walk, lookup, steps }: Aligning,
  walked: Walked,
): Promise<Alignment> {
  if (labelsOf(name).at(-1) !== labelsOf(author).at(-1)) return not('other-organization');
  const organization = await walk.organization();
  if (typeof organization !== 'string') {
    return not(organization.broken?.kind === 'over-limit' ? 'over-limit' : 'unknown');
  }
  if (!isWithin(name, organization)) return not('other-organization');
  if (!walked.has(name)) {
    if (walked.size >= MAX_WALKS) return not('over-limit');
    const made = await walkTree(name, lookup);
    if (made.broken?.kind === 'over-limit') return not('over-limit');
    walked.set(name, tellWalk(made, steps));
  }
  const organizationalDomain = walked.get(name);
  if (organizationalDomain === undefined) return not('unknown');
  return organizationalDomain === organization
    ? { aligned: true, reason: 'same-organization', organizationalDomain }
    : { aligned: false, reason: 'other-organization', organizationalDomain };
}

function not(reason: AlignmentReason): Alignment {
  return { aligned: false, reason };
}
