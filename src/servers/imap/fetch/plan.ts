/**
 * What one FETCH says of each message: its items with those that the RFCs add, compiled once for all messages.
 * Called by run.ts, commands/fetch.ts.
 */
import type { CommandOf, FetchItem } from '#protocol/imap/command';
import type { Enabled } from '#servers/imap/enabled';
import { compileItem, isConstant, isInView, type ItemContext } from './items.ts';
import type { FetchedMessage } from './message.ts';
import type { Item } from './octets.ts';

/** What of the command matters here. */
export type Asked = Pick<CommandOf<'FETCH'>, 'items' | 'uid' | 'changedSince'>;

/** A message that is asked for: its place in the view, and its number. */
export interface Target {
  readonly place: number;
  readonly sequence: number;
}

export interface FetchPlan {
  readonly verb: 'FETCH' | 'UIDFETCH';
  readonly items: readonly Item[];
  /** Of a message that was marked as read by this command. */
  readonly seenItems: readonly Item[];
  readonly constant: Constant | undefined;
}

/** Items that always say the same of a message, beside those that the view answers. */
export interface Constant {
  /** Of all of them together. */
  readonly name: string;
  readonly items: readonly Item[];
  readonly inView: readonly Item[];
}

/** @param seen whether messages were marked as read */
export function planFetch(
  asked: Asked,
  { uidOnly, condstore }: Enabled,
  context: ItemContext,
  seen: boolean,
): FetchPlan {
  const compile = (some: readonly FetchItem[]): Item[] =>
    some.map((item) => compileItem(item, context));
  const items = withImplied(asked, uidOnly);
  const compiled = compile(items);
  return {
    verb: uidOnly ? 'UIDFETCH' : 'FETCH',
    items: compiled,
    seenItems: seen ? compile(withFlags(items, condstore)) : compiled,
    constant: constantOf(items, context, compile),
  };
}

function constantOf(
  items: readonly FetchItem[],
  { utf8 }: ItemContext,
  compile: (items: readonly FetchItem[]) => Item[],
): Constant | undefined {
  const constant = items.filter((item) => isConstant(item));
  const inView = items.filter((item) => isInView(item));
  if (constant.length === 0 || constant.length + inView.length < items.length) return undefined;
  return {
    name: `${String(utf8)} ${JSON.stringify(constant)}`,
    items: compile(constant),
    inView: compile(inView),
  };
}

/**
 * RFC 9051 §6.4.9: the answer to UID FETCH has the UID; RFC 7162 §3.1.4.1: with CHANGEDSINCE it has the modseq. RFC 9586 §3.3: UIDFETCH has
 * the UID as its number, but an answer without any item would break the grammar.
 */
export function withImplied(
  { items, uid, changedSince }: Asked,
  uidOnly: boolean,
): readonly FetchItem[] {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  const asked = uidOnly ? items.filter(({ item }) => item !== 'UID') : items;
  const modseq = changedSince !== undefined && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : [];
  const withUid = uidOnly ? asked.length + modseq.length === 0 : uid && !has('UID');
  return [...(withUid ? [{ item: 'UID' } as const] : []), ...asked, ...modseq];
}

function withFlags(items: readonly FetchItem[], condstore: boolean): readonly FetchItem[] {
  const has = (name: FetchItem['item']): boolean => items.some(({ item }) => item === name);
  return [
    ...items,
    ...(has('FLAGS') ? [] : [{ item: 'FLAGS' } as const]),
    ...(condstore && !has('MODSEQ') ? [{ item: 'MODSEQ' } as const] : []),
  ];
}

/** How the response of a message begins. */
export function headOf({ verb }: FetchPlan, { uid, sequence }: FetchedMessage): string {
  return `* ${verb === 'UIDFETCH' ? uid : sequence} ${verb} (`;
}
