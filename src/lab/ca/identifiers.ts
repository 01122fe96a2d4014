/** Which names the authority issues for: those of the practice Internet, which cannot be anybody's (RFC 6761 §6.2). Pure. */
import { z } from 'zod';
import { CA_LIMITS } from './limits.ts';
import { AcmeProblem, malformed, type Subproblem } from './problem.ts';

/** All names of the practice Internet end in it; the root is good for no other. */
export const TOP = 'test';

export const identifiersSchema = z
  .array(z.object({ type: z.string().max(50), value: z.string().max(500) }))
  .min(1)
  .max(CA_LIMITS.names);

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_NAME = 253;

/** The names of an order, in lower case, each once. @throws AcmeProblem where one will not do */
export function orderedNames(identifiers: z.infer<typeof identifiersSchema>): string[] {
  const problems: Subproblem[] = [];
  const names = new Set<string>();
  for (const { type, value } of identifiers) {
    const name = value.toLowerCase();
    const problem = type === 'dns' ? objectionTo(name) : unsupported(type);
    if (problem) problems.push({ ...problem, name: value });
    else names.add(name);
  }
  const [first] = problems;
  if (first === undefined) return [...names].sort();
  const all = problems.map(({ detail }) => detail).join('; ');
  // RFC 8555 §6.7.1: what is wrong with each, where there are several names
  throw new AcmeProblem(
    400,
    first.word,
    all.slice(0, 1000),
    identifiers.length > 1 ? { subproblems: problems } : {},
  );
}

function unsupported(type: string): Omit<Subproblem, 'name'> {
  return { word: 'unsupportedIdentifier', detail: `identifiers are of type dns, not ${type}` };
}

function objectionTo(name: string): Omit<Subproblem, 'name'> | undefined {
  const plain = name.startsWith('*.') ? name.slice(2) : name;
  const labels = plain.split('.');
  if (name.length > MAX_NAME || !labels.every((label) => LABEL.test(label))) {
    return rejected(`${JSON.stringify(name)} is no domain name in A-labels`);
  }
  if (labels.at(-1) !== TOP) {
    return rejected(`${name} is not of the practice Internet, whose names end in .${TOP}`);
  }
  return labels.length < 2 ? rejected(`${name} is a whole top-level domain`) : undefined;
}

function rejected(detail: string): Omit<Subproblem, 'name'> {
  return { word: 'rejectedIdentifier', detail };
}

/** What may be registered: the label below the top and the top (`example.test`). */
export function registeredDomain(name: string): string {
  return name.split('.').slice(-2).join('.');
}

/** @throws AcmeProblem unless it is a name that could be ordered */
export function assertNames(names: readonly string[]): void {
  if (names.length === 0) throw malformed('there is no name');
  orderedNames(names.map((value) => ({ type: 'dns', value })));
}
