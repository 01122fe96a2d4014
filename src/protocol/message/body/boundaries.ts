/**
 * The boundaries that are open while a message is read, and which of them a line delimits (RFC 2046 §5.1.1). A
 * boundary matches where the line starts with it, whatever follows («an exact match of the entire candidate line is not
 * required»); where several do, the longest, and of equal ones the innermost, so that a boundary that begins like
 * another one keeps its parts. A trie: a line costs its own length, and at most one step more for each open boundary.
 * Called by parse-structure.ts.
 */

export type Delimiter = {
  /** What was entered with the boundary. */
  readonly level: number;
  readonly close: boolean;
};

type Node = {
  readonly octet: number;
  child: Node | undefined;
  sibling: Node | undefined;
  /** The levels whose boundary ends here, innermost last. */
  levels: number[] | undefined;
};

const HYPHEN = 0x2d;

export class Boundaries {
  readonly #root: Node = newNode(0, undefined);

  /** Opens a boundary, one character per octet and not empty, at a level deeper than all that are open. */
  enter(boundary: string, level: number): void {
    let node = this.#root;
    for (let index = 0; index < boundary.length; index++) {
      const octet = boundary.charCodeAt(index);
      node = childOf(node, octet) ?? (node.child = newNode(octet, node.child));
    }
    (node.levels ??= []).push(level);
  }

  /** Closes the innermost of the open ones that are this boundary. */
  leave(boundary: string): void {
    const path = [this.#root];
    for (let index = 0; index < boundary.length; index++)
      path.push(childOf(path[index]!, boundary.charCodeAt(index))!);
    path.at(-1)!.levels!.pop();
    for (let index = boundary.length; index > 0; index--) {
      const node = path[index]!;
      if (node.child !== undefined || (node.levels?.length ?? 0) > 0) break;
      removeChild(path[index - 1]!, node);
    }
  }

  /** What the line that starts at `at` delimits. */
  match(bytes: Uint8Array, at: number): Delimiter | undefined {
    if (bytes[at] !== HYPHEN || bytes[at + 1] !== HYPHEN) return undefined;
    let level = -1;
    let end = at + 2;
    let node = childOf(this.#root, bytes[end]);
    for (let index = end; node !== undefined; node = childOf(node, bytes[++index]))
      if (node.levels !== undefined && node.levels.length > 0) {
        level = node.levels.at(-1)!;
        end = index + 1;
      }
    if (level < 0) return undefined;
    return { level, close: bytes[end] === HYPHEN && bytes[end + 1] === HYPHEN };
  }
}

function newNode(octet: number, sibling: Node | undefined): Node {
  return { octet, child: undefined, sibling, levels: undefined };
}

function childOf(node: Node, octet: number | undefined): Node | undefined {
  let child = node.child;
  while (child !== undefined && child.octet !== octet) child = child.sibling;
  return child;
}

function removeChild(parent: Node, node: Node): void {
  if (parent.child === node) {
    parent.child = node.sibling;
    return;
  }
  let before = parent.child!;
  while (before.sibling !== node) before = before.sibling!;
  before.sibling = node.sibling;
}
