/**
 * The judgement of a message: the facts of its inquiry, what was found in them, and the verdict; and how it is kept with the events,
 * bounded, so that `message explain` tells it years later as it was.
 */
import type { EventCatalogue, Json } from '#events';
import type { Sender } from '#store/reputation/sender-history';
import { CHECK_NAMES, findAll, outlineOf } from '#mail/receive/inquiry/checks';
import type { CheckStep } from '#mail/receive/inquiry/check-step';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Finding } from '#mail/receive/inquiry/findings';
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

/** The fields of `message.judged`. @param senders that it was counted for, or against */
export function judgedFields(
  { facts, findings, verdict: judged, waited }: Judgement,
  senders: readonly Sender[] = [],
): EventCatalogue['message.judged'] {
  const deciding = decisive(judged);
  const list = knownOf(facts.trust)?.list;
  const results: Record<string, string> = {};
  const checks: Json[] = [];
  for (const name of CHECK_NAMES) {
    const fact = facts[name];
    if (fact.kind === 'known') {
      const { result, steps } = outlineOf(name, facts)!;
      results[name] = result;
      checks.push({ check: name, ...kept(steps) });
    } else results[name] = `${fact.kind}:${fact.why}`;
  }
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
      ...(senders.length > 0 && { senders: senders.map(({ kind, name }) => `${kind} ${name}`) }),
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

/** As many steps as are kept, and how many more there were. */
function kept(all: readonly CheckStep[]): { readonly steps: readonly Json[]; more?: number } {
  const steps = boundedSteps(all);
  const more = all.length - steps.length;
  return { steps, ...(more > 0 && { more }) };
}

/** Of one check. A domain of strangers must not write books into the log. */
const MAX_STEPS = 60;
const MAX_CHARACTERS = 16 * 1024;
/** Characters of one text, elements of one list, lists within lists. */
const MAX_TEXT = 500;
const MAX_LISTED = 20;
const MAX_DEPTH = 4;

/** The first steps, and always the last one, which is what they came to. */
function boundedSteps(steps: readonly CheckStep[]): readonly Json[] {
  const room = { characters: MAX_CHARACTERS };
  const end = steps.length === 0 ? [] : [bounded(steps.at(-1), 0, room)];
  const first: Json[] = [];
  for (const step of steps.slice(0, -1)) {
    if (first.length === MAX_STEPS - 1) break;
    const short = bounded(step, 0, room);
    if (room.characters < 0) break;
    first.push(short);
  }
  return [...first, ...end];
}

/** What is left for the steps of one check. */
interface Room {
  characters: number;
}

function bounded(value: unknown, depth: number, room: Room): Json {
  if (typeof value === 'string') {
    room.characters -= Math.min(value.length, MAX_TEXT);
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'object' && value !== null ? boundedObject(value, depth, room) : null;
}

function boundedObject(value: object, depth: number, room: Room): Json {
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const some = items.slice(0, MAX_LISTED).map((item) => bounded(item, depth + 1, room));
    return items.length > MAX_LISTED ? [...some, `… (+${items.length - MAX_LISTED})`] : some;
  }
  const short: Record<string, Json> = {};
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (part === undefined) continue;
    room.characters -= key.length;
    short[key] = bounded(part, depth + 1, room);
  }
  return short;
}
