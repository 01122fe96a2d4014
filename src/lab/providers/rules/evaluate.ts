/** Asks the rules of a table in their order: the first that matches decides, and everything that was asked is the trace. Pure. */
import type {
  Cases,
  FolderRule,
  RefusingRule,
  Reply,
  Rule,
  Seen,
  Stage,
} from '#lab/providers/rule';
import type { ConditionKey } from './texts.ts';

/** What was asked, in order. Plain JSON. */
export interface TraceEntry {
  readonly rule: string;
  readonly stage: Stage;
  readonly condition: ConditionKey;
  readonly matched: boolean;
  readonly seen: Seen;
  /** It matched before, long enough ago that its second reply holds; `passes`: that it is let through. */
  readonly later?: 'replied' | 'passes';
  /** Of which recipient, where there is one. */
  readonly to?: string;
}

export type Verdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'refuse'; readonly rule: RefusingRule; readonly reply: Reply }
  | { readonly kind: 'spam'; readonly rule: FolderRule };

export interface Evaluated {
  readonly trace: readonly TraceEntry[];
  readonly verdict: Verdict;
  /** Marks to be set at this time, where there are none yet, and to be taken away. */
  readonly marked: readonly string[];
  readonly cleared: readonly string[];
}

/** When each mark was set; calendar milliseconds. */
export type Marks = (mark: string) => number | undefined;

export function evaluate<At extends Stage>(
  rules: readonly Rule[],
  stage: At,
  given: Cases[At],
  now: number,
  marks: Marks,
): Evaluated {
  const trace: TraceEntry[] = [];
  const marked: string[] = [];
  const cleared: string[] = [];
  for (const rule of rulesOf(rules, stage)) {
    const { matched, seen } = rule.when.test(given);
    const entry = { rule: rule.id, stage, condition: rule.when.key, matched, seen };
    const found = decide(rule, given, matched, now, marks);
    trace.push(found.later === undefined ? entry : { ...entry, later: found.later });
    if (found.mark !== undefined) (matched ? marked : cleared).push(found.mark);
    if (found.verdict.kind !== 'none') return { trace, verdict: found.verdict, marked, cleared };
  }
  return { trace, verdict: { kind: 'none' }, marked, cleared };
}

interface Decided {
  readonly verdict: Verdict;
  readonly mark?: string;
  readonly later?: TraceEntry['later'];
}

function decide<At extends Stage>(
  rule: RuleAt<At>,
  given: Cases[At],
  matched: boolean,
  now: number,
  marks: Marks,
): Decided {
  if ('folder' in rule) return { verdict: matched ? { kind: 'spam', rule } : NONE };
  const { later, reply } = rule;
  const refusing = rule as unknown as RefusingRule;
  if (later === undefined)
    return { verdict: matched ? { kind: 'refuse', rule: refusing, reply } : NONE };
  const mark = `${rule.id} ${later.subject(given)}`;
  if (!matched) return { verdict: NONE, mark };
  const since = marks(mark) ?? now;
  if (now - since < later.after)
    return { verdict: { kind: 'refuse', rule: refusing, reply }, mark };
  return later.becomes === 'passes'
    ? { verdict: NONE, mark, later: 'passes' }
    : {
        verdict: { kind: 'refuse', rule: refusing, reply: later.becomes },
        mark,
        later: 'replied',
      };
}

const NONE: Verdict = { kind: 'none' };

type RuleAt<At extends Stage> = {
  readonly id: string;
  readonly when: {
    readonly key: ConditionKey;
    readonly test: (given: Cases[At]) => { matched: boolean; seen: Seen };
  };
} & (
  | FolderRule
  | {
      readonly reply: Reply;
      readonly later?: {
        readonly after: number;
        readonly becomes: Reply | 'passes';
        readonly subject: (given: Cases[At]) => string;
      };
    }
);

/** That a rule of a stage takes that stage's case is what its type says; the compiler does not follow it through a filter. */
function rulesOf<At extends Stage>(rules: readonly Rule[], stage: At): readonly RuleAt<At>[] {
  return rules.filter((rule) => rule.stage === stage) as unknown as readonly RuleAt<At>[];
}
