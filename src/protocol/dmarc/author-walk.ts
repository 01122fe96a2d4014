/** The walk from the Author Domain, made at most once in a judgement, and only when something depends on it. */
import type { RecordLookup } from './record-lookup.ts';
import type { DmarcStep } from './report.ts';
import { organizationalDomain, walkTree, type Walk } from './tree-walk.ts';

export interface AuthorWalk {
  readonly finished: () => Promise<Walk>;
  /** The Organizational Domain, or where the walk broke off. */
  readonly organization: () => Promise<string | Required<Pick<Walk, 'broken'>>>;
  /** The Organizational Domain, if it was asked for and found. */
  readonly known: () => string | undefined;
}

export function authorWalk(author: string, lookup: RecordLookup, steps: DmarcStep[]): AuthorWalk {
  let walking: Promise<Walk> | undefined;
  let known: string | undefined;
  const finished = (): Promise<Walk> =>
    (walking ??= walkTree(author, lookup).then((walk) => {
      const told = tellWalk(walk, steps);
      if (typeof told === 'string') known = told;
      return walk;
    }));
  return {
    finished,
    organization: async () => {
      const { broken } = await finished();
      return broken ? { broken } : known!;
    },
    known: () => known,
  };
}

/** Adds the step that tells of a walk; the Organizational Domain, or undefined where it broke off. */
export function tellWalk(walk: Walk, steps: DmarcStep[]): string | undefined {
  const { domain, visited, broken } = walk;
  if (broken) {
    steps.push({ step: 'walk-broken', rfc: 'RFC 9989 §5.3.6', domain, at: broken.at });
    return undefined;
  }
  const organization = organizationalDomain(walk);
  steps.push({
    step: 'walked',
    rfc: 'RFC 9989 §4.10.2',
    domain,
    visited,
    organizationalDomain: organization.domain,
    because: organization.because,
  });
  return organization.domain;
}
