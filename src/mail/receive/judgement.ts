/**
 * The judgement of a message: the facts of its inquiry, what was found in them, and the verdict; and how it is kept with the events,
 * bounded, so that `message explain` tells it years later as it was.
 */
import type { EventCatalogue, Json } from '#events';
import { checkNamed, CHECK_NAMES, findAll } from './checks.ts';
import type { CheckStep } from './check.ts';
import { knownOf, type AllFacts, type CheckName } from './facts.ts';
import type { Finding } from './findings.ts';
import type { Policies } from './policies.ts';
import { verdict, type Judged, type Verdict } from './verdict.ts';

export interface Judgement {
  readonly facts: AllFacts;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** How long the client waited for the facts after the final dot. Milliseconds. */
  readonly waited: number;
}

/** Pure. */
export function judge(
  facts: AllFacts,
  recipients: readonly Judged[],
  policies: Policies,
  waited: number,
): Judgement {
  const findings = findAll(facts);
  return { facts, findings, verdict: verdict(findings, recipients, policies), waited };
}

/** The word for what became of a message with several recipients: `mixed` where they differ. */
function wordOf(judged: Verdict): string {
  if (judged.kind === 'refuse') return judged.how;
  const kinds = new Set([...judged.recipients.values()].map(({ kind }) => kind));
  const [only = 'inbox'] = kinds;
  if (kinds.size > 1) return 'mixed';
  return only === 'inbox' ? 'accept' : only;
}

/** The findings that decided, each once. */
function decisive(judged: Verdict): readonly Finding[] {
  if (judged.kind === 'refuse') return judged.because;
  return [...new Set([...judged.recipients.values()].flatMap(({ because }) => because))];
}

/** The fields of `message.judged`. */
export function judgedFields({
  facts,
  findings,
  verdict: judged,
  waited,
}: Judgement): EventCatalogue['message.judged'] {
  const deciding = decisive(judged);
  const list = knownOf(facts.trust)?.list;
  const results: Record<string, string> = {};
  const checks = CHECK_NAMES.map((name) => {
    const { result, ...told } = outlined(name, facts);
    results[name] = result;
    return { check: name, ...told };
  });
  return {
    public: {
      verdict: wordOf(judged),
      reasons: reasonsOf(deciding),
      also: reasonsOf(findings.filter((finding) => !deciding.includes(finding))),
      results,
      waited: Math.round(waited),
    },
    personal: {
      checks,
      subjects: subjectsOf(findings),
      ...(list !== undefined && { list }),
    },
  };
}

function reasonsOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ reason }) => reason))];
}

function subjectsOf(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(
    findings.flatMap(({ reason, subject }) =>
      subject === undefined ? [] : [[reason, subject.slice(0, MAX_TEXT)]],
    ),
  );
}

type Told = { readonly why: string } | { readonly steps: readonly Json[]; readonly more?: number };

function outlined<Name extends CheckName>(
  name: Name,
  facts: AllFacts,
): { readonly result: string } & Told {
  const fact = facts[name];
  if (fact.kind !== 'known') return { result: fact.kind, why: fact.why };
  const { result, steps } = checkNamed(name).outline(fact.value);
  const kept = boundedSteps(steps);
  const more = steps.length - kept.length;
  return { result, steps: kept, ...(more > 0 && { more }) };
}

/** Of one check. A domain of strangers must not write books into the log. */
const MAX_STEPS = 60;
const MAX_OCTETS = 16 * 1024;
/** Characters of one text, elements of one list, lists within lists. */
const MAX_TEXT = 500;
const MAX_LISTED = 20;
const MAX_DEPTH = 4;

/** The first steps, and always the last one, which is what they came to. */
function boundedSteps(steps: readonly CheckStep[]): readonly Json[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const kept: Json[] = [];
  const end = bounded(last, 0);
  let octets = JSON.stringify(end).length;
  for (const step of steps.slice(0, Math.min(steps.length - 1, MAX_STEPS))) {
    const short = bounded(step, 0);
    octets += JSON.stringify(short).length;
    if (octets > MAX_OCTETS) break;
    kept.push(short);
  }
  return [...kept, end];
}

function bounded(value: unknown, depth: number): Json {
  if (typeof value === 'string') {
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const some = items.slice(0, MAX_LISTED).map((item) => bounded(item, depth + 1));
    return items.length > MAX_LISTED ? [...some, `… (+${items.length - MAX_LISTED})`] : some;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, bounded(part, depth + 1)]),
  );
}
