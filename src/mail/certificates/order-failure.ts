/** From what the client of ACME reports to why an order failed. Pure. */
import type { AcmeFailure } from '#clients/acme/failure';
import { acmeErrorWord, type Problem } from '#protocol/acme/problem';
import type { FailureCause, OrderFailure } from './order-steps.ts';

/** @param name the one under way, where there is one */
export function failureOf(failure: AcmeFailure, name?: string): OrderFailure {
  if (failure.kind !== 'problem') {
    return { cause: failure.kind, text: failure.text, ...(name !== undefined && { name }) };
  }
  const { problem, status, retryAfter } = failure;
  return {
    ...problemFailure(problem, name),
    status,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(status >= 500 && { cause: 'serverInternal' }),
    ...(status === 429 && { cause: 'rateLimited' }),
  };
}

/** What a problem document says: of the answer to a request, of a challenge, or of an order. */
export function problemFailure(problem: Problem, name?: string): OrderFailure {
  const [first] = problem.subproblems;
  const about = name ?? first?.name;
  const word = acmeErrorWord(problem);
  const inner = first === undefined ? undefined : acmeErrorWord({ ...problem, type: first.type });
  return {
    // a compound is best told by the first of what it is made of (RFC 8555 §6.7.1)
    cause:
      (word === 'compound' ? knownCause(inner) : undefined) ?? knownCause(word) ?? 'other-problem',
    text: [problem.detail, ...problem.subproblems.map(({ detail }) => detail)]
      .filter((text) => text !== '')
      .join(' / ')
      .slice(0, 1000),
    type: problem.type,
    ...(about !== undefined && { name: about }),
    ...(problem.instance !== undefined && { page: problem.instance }),
  };
}

const WORDS = [
  'accountDoesNotExist',
  'badCSR',
  'badNonce',
  'badPublicKey',
  'badSignatureAlgorithm',
  'caa',
  'compound',
  'connection',
  'dns',
  'externalAccountRequired',
  'incorrectResponse',
  'invalidContact',
  'malformed',
  'orderNotReady',
  'rateLimited',
  'rejectedIdentifier',
  'serverInternal',
  'tls',
  'unauthorized',
  'unsupportedContact',
  'unsupportedIdentifier',
  'userActionRequired',
] as const satisfies readonly FailureCause[];

function knownCause(word: string | undefined): FailureCause | undefined {
  return WORDS.find((known) => known === word);
}

/** Whether nothing was said against us: such orders are made again sooner. */
export function isTheirs({ cause }: OrderFailure): boolean {
  return cause === 'unreachable' || cause === 'serverInternal' || cause === 'badNonce';
}
