/** What a certificate authority says when it does not do what it was asked: a problem document (RFC 8555 §6.7, RFC 9457). */
import { z } from 'zod';

export interface Subproblem {
  readonly type: string;
  readonly detail: string;
  /** The name that it is about. */
  readonly name?: string;
}

export interface Problem {
  /** A URI; those of ACME begin with {@link ACME_ERROR}. */
  readonly type: string;
  readonly detail: string;
  /** More about this case: for `userActionRequired` the page to visit (§7.3.3). */
  readonly instance?: string;
  readonly subproblems: readonly Subproblem[];
}

export const ACME_ERROR = 'urn:ietf:params:acme:error:';

/** Characters of a text that are kept: more is no explanation. */
const MAX_TEXT = 1000;
const MAX_SUBPROBLEMS = 100;

const text = z.string().transform((value) => value.slice(0, MAX_TEXT));
const subproblem = z
  .object({
    type: text.optional(),
    detail: text.optional(),
    identifier: z.object({ value: text }).optional(),
  })
  .transform(({ type, detail, identifier }): Subproblem => ({
    type: type ?? 'about:blank',
    detail: detail ?? '',
    ...(identifier && { name: identifier.value }),
  }));
const problem = z.object({
  type: text.optional(),
  detail: text.optional(),
  instance: text.optional(),
  subproblems: z.array(z.unknown()).optional(),
});

/** Undefined where it is none. */
export function parseProblem(value: unknown): Problem | undefined {
  const read = problem.safeParse(value);
  if (!read.success || (read.data.type === undefined && read.data.detail === undefined)) {
    return undefined;
  }
  const { type, detail, instance, subproblems = [] } = read.data;
  return {
    // RFC 9457 §4.2.1: without a type it is about:blank
    type: type ?? 'about:blank',
    detail: detail ?? '',
    ...(instance !== undefined && { instance }),
    subproblems: subproblems.slice(0, MAX_SUBPROBLEMS).flatMap((item) => {
      const one = subproblem.safeParse(item);
      return one.success ? [one.data] : [];
    }),
  };
}

/** The word of an error of ACME, `rateLimited`; undefined for other types. */
export function acmeErrorWord({ type }: Problem): string | undefined {
  return type.startsWith(ACME_ERROR) ? type.slice(ACME_ERROR.length) : undefined;
}
