/**
 * The two ways in which THREAD puts messages together (RFC 5256 §3): by subject alone, and by References. Nearly linear in messages and
 * references, whatever they say, and without recursion: threads may be as deep as the mailbox is long. Others are let in between, since
 * 50,000 messages take some tenths of a second.
 * Called by mail/search; JMAP has threads of its own, linked at delivery.
 */
import { sortInPieces, type Pause } from './sort-in-pieces.ts';

export interface ThreadFacts {
  /** Message number or UID, as the answer names it. */
  readonly number: number;
  /** Date field, or INTERNALDATE without a good one. Milliseconds. */
  readonly date: number;
  /** RFC 5256 §2.1, lower case. */
  readonly baseSubject: string;
  /** The subject had a mark of a reply or a forward. */
  readonly isReply: boolean;
  readonly messageId: string | undefined;
  /** Of References, the parent last; without that the first of In-Reply-To alone. */
  readonly references: readonly string[];
}

export interface ThreadNode {
  /** Undefined: a message that is not here, with several that belong to it. */
  readonly number: number | undefined;
  readonly children: readonly ThreadNode[];
}

/** RFC 5256 §3: `Re:`, `Fwd:` and their kin, with blobs before them. */
export function isReplySubject(subject: string): boolean {
  const start = subject.slice(0, 200).replace(/^(?:\s|\[[^[\]]*\])+/, '');
  return (
    /^(?:re|fwd?)\s*(?:\[[^[\]]*\]\s*)?:/i.test(start) ||
    /^\[fwd:/i.test(subject.trimStart()) ||
    /\(fwd\)\s*$/i.test(subject.slice(-40))
  );
}

/** Messages of one base subject, the oldest their parent. */
export async function orderedSubjectThreads(
  messages: readonly ThreadFacts[],
  pause: Pause,
): Promise<ThreadNode[]> {
  const bySubject = new Map<string, ThreadFacts[]>();
  for (const [i, message] of (await sortInPieces(messages, byDate, pause)).entries()) {
    if (i % EVERY === 0) await pause();
    const group = bySubject.get(message.baseSubject);
    if (group) group.push(message);
    else bySubject.set(message.baseSubject, [message]);
  }
  // groups were begun in order of their first message
  return [...bySubject.values()].map(([first, ...others]) => ({
    number: first!.number,
    children: others.map(({ number }) => ({ number, children: [] })),
  }));
}

/** Steps of some microseconds between two pauses. */
const EVERY = 512;

function byDate(a: ThreadFacts, b: ThreadFacts): number {
  return a.date - b.date || a.number - b.number;
}

interface Container {
  message: ThreadFacts | undefined;
  parent: Container | undefined;
  children: Container[];
  /** Somebody above, up to the root: shortened as it is followed. */
  above: Container | undefined;
}

export async function referencesThreads(
  messages: readonly ThreadFacts[],
  pause: Pause,
): Promise<ThreadNode[]> {
  const roots = await pruned(await linked(messages, pause), pause);
  const sorted = await sortInPieces(roots, containersByDate, pause);
  return finished(await groupBySubject(sorted, pause), pause);
}

/** Steps 1 and 2: containers by Message-ID, linked; those without a parent. */
async function linked(messages: readonly ThreadFacts[], pause: Pause): Promise<Container[]> {
  const byId = new Map<string, Container>();
  const all: Container[] = [];
  const made = (message: ThreadFacts | undefined): Container => {
    const container = { message, parent: undefined, children: [], above: undefined };
    all.push(container);
    return container;
  };
  const own: Container[] = [];
  for (const [i, message] of messages.entries()) {
    if (i % EVERY === 0) await pause();
    const container = made(message);
    own.push(container);
    // a second message of the same id has none
    const id = message.messageId;
    if (id !== undefined && !byId.has(id)) byId.set(id, container);
  }
  const chains: Container[][] = [];
  for (const [i, { references }] of messages.entries()) {
    if (i % EVERY === 0) await pause();
    chains.push(
      references.map((id) => {
        let container = byId.get(id);
        if (!container) byId.set(id, (container = made(undefined)));
        return container;
      }),
    );
  }
  // what a message says of itself counts, even where it would close a ring; what others say of it only where it says nothing
  const settled = new Set(own.filter((_, i) => chains[i]!.length > 0));
  for (const [i, chain] of chains.entries()) {
    if (i % EVERY === 0) await pause();
    link(chain.at(-1), own[i]!);
  }
  for (const [n, chain] of chains.entries()) {
    if (n % EVERY === 0) await pause();
    for (let i = 1; i < chain.length; i++)
      if (!settled.has(chain[i]!)) link(chain[i - 1], chain[i]!);
  }
  const roots: Container[] = [];
  for (const [i, container] of all.entries()) {
    if (i % EVERY === 0) await pause();
    if (container.parent === undefined) roots.push(container);
    else container.parent.children.push(container);
  }
  return roots;
}

/** Makes a root the child of another tree's member; within one tree it would close a ring. */
function link(parent: Container | undefined, child: Container): void {
  if (parent === undefined || child.parent !== undefined || rootOf(parent) === child) return;
  child.parent = parent;
  child.above = parent;
}

function rootOf(container: Container): Container {
  let root = container;
  while (root.above !== undefined) root = root.above;
  for (let at = container; at !== root;) {
    const next = at.above!;
    at.above = root;
    at = next;
  }
  return root;
}

/**
 * Step 3: who is not here gives way to the children, but for roots of several. Each message goes straight to the nearest one above
 * it that stays: handing children up level by level costs the square of a long chain of absent messages.
 */
async function pruned(roots: readonly Container[], pause: Pause): Promise<Container[]> {
  const waiting: { readonly keeper: Container; readonly children: readonly Container[] }[] = [];
  const enter = (container: Container, keeper: Container): void => {
    const { children } = container;
    container.children = [];
    waiting.push({ keeper, children });
  };
  for (const root of roots) enter(root, root);
  let steps = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { keeper } = next;
    if (++steps % EVERY === 0) await pause();
    for (const child of next.children) {
      enter(child, child.message === undefined ? keeper : child);
      if (child.message !== undefined) keeper.children.push(child);
    }
  }
  return roots.flatMap((root) =>
    root.message !== undefined || root.children.length > 1 ? [root] : root.children,
  );
}

/** Every container below and with the roots, none before its children. */
function childrenFirst(roots: readonly Container[]): Container[] {
  const order: Container[] = [];
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    order.push(next);
    for (const child of next.children) waiting.push(child);
  }
  return order.toReversed();
}

/** Of the message, or of the first one below who is not here. */
function firstMessage(container: Container): ThreadFacts {
  let first = container;
  while (first.message === undefined) {
    first = first.children.reduce((a, b) => (containersByDate(a, b) <= 0 ? a : b));
  }
  return first.message;
}

function containersByDate(a: Container, b: Container): number {
  return byDate(firstMessage(a), firstMessage(b));
}

/** Step 5: threads whose roots have one base subject become one. */
async function groupBySubject(roots: readonly Container[], pause: Pause): Promise<Container[]> {
  const table = new Map<string, Container>();
  for (const [i, root] of roots.entries()) {
    if (i % EVERY === 0) await pause();
    const { baseSubject } = firstMessage(root);
    if (baseSubject === '') continue;
    const known = table.get(baseSubject);
    if (known === undefined || leads(root, known)) table.set(baseSubject, root);
  }
  const merged = new Map<Container, Container>();
  const gone = new Set<Container>();
  for (const [i, root] of roots.entries()) {
    if (i % EVERY === 0) await pause();
    const leader = table.get(firstMessage(root).baseSubject);
    if (leader === undefined || leader === root) continue;
    gone.add(root);
    const into = merged.get(leader) ?? leader;
    if (into.message === undefined) {
      // one by one: as arguments of one call they would not fit the stack
      for (const child of root.message === undefined ? root.children : [root])
        into.children.push(child);
    } else if (isReply(root) && !isReply(leader)) {
      into.children.push(root);
    } else {
      merged.set(leader, {
        message: undefined,
        parent: undefined,
        children: [leader, root],
        above: undefined,
      });
    }
  }
  return roots.filter((root) => !gone.has(root)).map((root) => merged.get(root) ?? root);
}

function isReply(container: Container): boolean {
  return firstMessage(container).isReply;
}

/** A root that is not here leads one that is; one that is no reply leads one that is. */
function leads(root: Container, known: Container): boolean {
  if (known.message !== undefined && root.message === undefined) return true;
  if (known.message === undefined) return false;
  return isReply(known) && !isReply(root);
}

/** Step 6: siblings by date. */
async function finished(roots: readonly Container[], pause: Pause): Promise<ThreadNode[]> {
  const nodes = new Map<Container, ThreadNode>();
  for (const [i, container] of childrenFirst(roots).entries()) {
    if (i % EVERY === 0) await pause();
    const sorted =
      container.children.length > 1
        ? await sortInPieces(container.children, containersByDate, pause)
        : container.children;
    const children = sorted.map((child) => nodes.get(child)!);
    nodes.set(container, { number: container.message?.number, children });
  }
  const sorted = await sortInPieces(roots, containersByDate, pause);
  return sorted.map((root) => nodes.get(root)!);
}

/** `(2)(3 6 (4 23)(44 7 96))` (RFC 5256 §4) */
export function formatThreads(threads: readonly ThreadNode[]): string {
  const parts: string[] = [];
  const waiting: (ThreadNode | ')')[] = threads.toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === ')') {
      parts.push(')');
      continue;
    }
    parts.push('(');
    let node = next;
    if (node.number !== undefined) parts.push(String(node.number));
    while (node.children.length === 1) {
      node = node.children[0]!;
      parts.push(` ${node.number!}`);
    }
    waiting.push(')');
    if (node.children.length > 1) {
      if (node.number !== undefined) parts.push(' ');
      for (const child of node.children.toReversed()) waiting.push(child);
    }
  }
  return parts.join('');
}
