/**
 * What a search asks of a message, as a tree (RFC 9051 §6.4.4, RFC 8621 §4.4.1): leaves say what must be known to decide them, from what
 * a view knows to what only the octets of the message tell. Three values: a leaf that is not known yet leaves open what depends on it.
 * Made by servers/imap from SEARCH, and by JMAP later; decided by find-messages.ts.
 */
import type { EmailFacts } from '#store/mailboxes/facts';
import type { ViewState } from '#store/mailboxes/view';

export type Condition = All | Not | Both | Either | Leaf;

export interface All {
  readonly kind: 'all';
}
export interface Not {
  readonly kind: 'not';
  readonly of: Condition;
}
export interface Both {
  readonly kind: 'and';
  readonly of: readonly Condition[];
}
export interface Either {
  readonly kind: 'or';
  readonly of: readonly Condition[];
}

export type Leaf =
  /** Flags, numbers, modseq: the view knows. */
  | { readonly kind: 'entry'; readonly test: (state: ViewState, place: number) => boolean }
  /** Sizes, dates of arrival, threads. */
  | { readonly kind: 'facts'; readonly test: (facts: EmailFacts) => boolean }
  /** When the message came into this mailbox. */
  | { readonly kind: 'saved'; readonly test: (savedAt: number) => boolean }
  /** The day of the Date field: `test` is of midnight UTC of the day that is written there. */
  | { readonly kind: 'sent'; readonly test: (day: number) => boolean }
  /** Text anywhere, or in the bodies. */
  | { readonly kind: 'text'; readonly where: 'text' | 'body'; readonly needle: string }
  /** Text in a header field, whose name is in lower case; an empty one asks whether the field is there. */
  | { readonly kind: 'field'; readonly field: string; readonly needle: string };

/** Whether the condition holds; undefined where what is known does not tell. Trees are as deep as their makers allow. */
export function decide(
  condition: Condition,
  ask: (leaf: Leaf) => boolean | undefined,
): boolean | undefined {
  switch (condition.kind) {
    case 'all':
      return true;
    case 'not': {
      const inner = decide(condition.of, ask);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
      return decideMany(condition.of, ask, false);
    case 'or':
      return decideMany(condition.of, ask, true);
    default:
      return ask(condition);
  }
}

/** One branch with the `ending` value ends it; without that an open one leaves it open. */
function decideMany(
  branches: readonly Condition[],
  ask: (leaf: Leaf) => boolean | undefined,
  ending: boolean,
): boolean | undefined {
  let open = false;
  for (const branch of branches) {
    const value = decide(branch, ask);
    if (value === ending) return ending;
    if (value === undefined) open = true;
  }
  return open ? undefined : !ending;
}

/** The leaves that are not decided by the view. */
export function leavesOf(condition: Condition): Leaf[] {
  switch (condition.kind) {
    case 'all':
      return [];
    case 'not':
      return leavesOf(condition.of);
    case 'and':
    case 'or':
      return condition.of.flatMap((branch) => leavesOf(branch));
    default:
      return [condition];
  }
}
