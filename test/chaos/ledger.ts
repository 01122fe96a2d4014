/**
 * A ledger: JSON lines in a file that are on disk before `write` resolves. Those who write at once share one fsync.
 * The client of the chaos run keeps what it sent and what it was answered, the sink what it took; the judge reads
 * both. A ledger lies outside the data folder of the server, and its writers are never killed.
 */
import { open, readFile, type FileHandle } from 'node:fs/promises';

/** Written before the message is sent: what, and to whom. */
export interface Tried {
  readonly kind: 'tried';
  readonly id: string;
  readonly via: 'mx' | 'submission';
  readonly to: readonly string[];
  /** Of the body, in hexadecimal. */
  readonly sha256: string;
}

/** Written after the reply that decided it, before the next message of the connection. */
export interface Answered {
  readonly kind: 'answered';
  readonly id: string;
  /** 0 where the connection was lost before that reply. */
  readonly code: number;
  readonly text: string;
}

/** Written by the sink when it has a message, before its reply. */
export interface Taken {
  readonly kind: 'taken';
  readonly to: readonly string[];
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the sink then went on to reply 250; it hung up otherwise. */
  readonly replied: boolean;
}

export type ClientLine = Tried | Answered;

export class Ledger<Line> {
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open<Line>(path: string): Promise<Ledger<Line>> {
    return new Ledger<Line>(await open(path, 'a'));
  }

  /** Resolves when the line is on disk. */
  write(line: Line): Promise<void> {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    this.#next ??= this.#current.then(() => this.#flush());
    return this.#next;
  }

  async close(): Promise<void> {
    await (this.#next ?? this.#current);
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#current = this.#next!;
    this.#next = undefined;
    await this.#file.write(text);
    await this.#file.datasync();
  }
}

/** All lines of a ledger; a file that was never written holds none. */
export async function readLedger<Line>(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
