/**
 * A search as it is evaluated: its keys in the order in which they are combined, and for each key a column with what is known of every
 * message of a batch: yes, no, or unknown (Kleene's logic of three values). A key that cannot change the answer any more is not
 * wanted, so nothing is read for it.
 * Called by search-state.ts.
 */
import type { SearchKey } from '#protocol/imap/command';
import { UNKNOWN, YES } from '#store/search/answers';

/** A key that is not made of others. */
export type Leaf = Exclude<SearchKey, { readonly key: 'AND' | 'OR' | 'NOT' }>;

type Node =
  | { readonly op: 'leaf' }
  | { readonly op: 'not'; readonly of: number }
  | { readonly op: 'and' | 'or'; readonly of: readonly number[] };

export class Program {
  /** What a node is made of comes before it; the last one is the whole search. */
  readonly nodes: readonly Node[];
  readonly leaves: readonly { readonly node: number; readonly key: Leaf }[];

  /** The nesting of `key` is bounded by its parser. */
  constructor(key: SearchKey) {
    const nodes: Node[] = [];
    const leaves: { node: number; key: Leaf }[] = [];
    const add = (of: SearchKey): number => {
      if (of.key === 'AND') return nodes.push({ op: 'and', of: of.of.map(add) }) - 1;
      if (of.key === 'OR') return nodes.push({ op: 'or', of: [of.left, of.right].map(add) }) - 1;
      if (of.key === 'NOT') return nodes.push({ op: 'not', of: add(of.of) }) - 1;
      leaves.push({ node: nodes.length, key: of });
      return nodes.push({ op: 'leaf' }) - 1;
    };
    add(key);
    this.nodes = nodes;
    this.leaves = leaves;
  }
}

/** What is known of a batch of messages. */
export class Truth {
  /** Messages of the batch. */
  count = 0;
  readonly #program: Program;
  readonly #columns: readonly Uint8Array[];
  readonly #wanted: readonly Uint8Array[];

  /** @param size messages of the largest batch */
  constructor(program: Program, size: number) {
    const columns = () => program.nodes.map(() => new Uint8Array(size));
    this.#program = program;
    this.#columns = columns();
    this.#wanted = columns();
  }

  /** Of a leaf, for its evaluator to write. */
  column(node: number): Uint8Array {
    return this.#columns[node]!;
  }

  /** Of the whole search. */
  get result(): Uint8Array {
    return this.#columns.at(-1)!;
  }

  /** The next batch: nothing is known of it. */
  begin(count: number): void {
    this.count = count;
    for (const { node } of this.#program.leaves) this.#columns[node]!.fill(UNKNOWN, 0, count);
  }

  /** Draws conclusions from the columns of the leaves. */
  conclude(): void {
    const { nodes } = this.#program;
    for (const [i, node] of nodes.entries()) {
      const out = this.#columns[i]!;
      if (node.op === 'not') {
        const of = this.#columns[node.of]!;
        for (let m = 0; m < this.count; m++) out[m] = YES - of[m]!;
      } else if (node.op !== 'leaf') {
        const [first, ...others] = node.of.map((of) => this.#columns[of]!);
        out.set(first!.subarray(0, this.count));
        for (const other of others) {
          if (node.op === 'and') lesser(out, other, this.count);
          else greater(out, other, this.count);
        }
      }
    }
  }

  /** Finds out which leaves may still change the result of which message; for `wants`. */
  lookAhead(): void {
    const { nodes } = this.#program;
    const root = nodes.length - 1;
    markUnknown(this.#wanted[root]!, this.#columns[root]!, undefined, this.count);
    for (let i = root; i >= 0; i--) {
      const node = nodes[i]!;
      if (node.op === 'leaf') continue;
      for (const of of node.op === 'not' ? [node.of] : node.of)
        markUnknown(this.#wanted[of]!, this.#columns[of]!, this.#wanted[i], this.count);
    }
  }

  /** Whether the answer of a leaf may still change the result of the message. */
  wants(node: number, message: number): boolean {
    return this.#wanted[node]![message] === 1;
  }

  /** The messages, rising, of which the answer of one of the leaves may still change the result. */
  wanting(nodes: readonly number[]): Uint32Array {
    const [first, ...others] = nodes;
    if (first === undefined) return new Uint32Array(0);
    const wanting = new Uint32Array(this.count);
    const marks = this.#wanted[first]!;
    let count = 0;
    for (let m = 0; m < this.count; m++)
      if (marks[m] === 1 || others.some((node) => this.wants(node, m))) wanting[count++] = m;
    return wanting.subarray(0, count);
  }
}

function lesser(out: Uint8Array, other: Uint8Array, count: number): void {
  for (let m = 0; m < count; m++) if (other[m]! < out[m]!) out[m] = other[m]!;
}

function greater(out: Uint8Array, other: Uint8Array, count: number): void {
  for (let m = 0; m < count; m++) if (other[m]! > out[m]!) out[m] = other[m]!;
}

function markUnknown(
  marks: Uint8Array,
  column: Uint8Array,
  within: Uint8Array | undefined,
  count: number,
): void {
  for (let m = 0; m < count; m++)
    marks[m] = column[m] === UNKNOWN && (within === undefined || within[m] === 1) ? 1 : 0;
}
