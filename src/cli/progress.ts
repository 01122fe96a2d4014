/** Says on a terminal that something is waited for, once it takes over two seconds. Nothing of it reaches a pipe or a file. */

const PATIENCE = 2000;
const EVERY = 250;
const CLEAR_LINE = '\r\x1b[K';

/** A line on standard error that comes and goes. */
export class Progress {
  readonly #label: () => string;
  #timer: NodeJS.Timeout | undefined;
  #start = 0;
  #isShown = false;

  /** @param label what is waited for; a function where it changes */
  constructor(label: string | (() => string)) {
    this.#label = typeof label === 'string' ? () => label : label;
    this.touch();
  }

  /** Something came: the line goes, and comes again after the next two seconds of nothing. Before printing. */
  touch(): void {
    this.stop();
    if (!process.stderr.isTTY) return;
    this.#start = performance.now();
    this.#timer = setTimeout(() => this.#show(), PATIENCE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#isShown) process.stderr.write(CLEAR_LINE);
    this.#isShown = false;
  }

  #show(): void {
    const seconds = Math.floor((performance.now() - this.#start) / 1000);
    process.stderr.write(`${CLEAR_LINE}${this.#label()} … ${seconds} s`);
    this.#isShown = true;
    this.#timer = setTimeout(() => this.#show(), EVERY);
  }
}

/** The result of `work`, with a line while it takes long. */
export async function waiting<T>(label: string, work: Promise<T>): Promise<T> {
  const progress = new Progress(label);
  try {
    return await work;
  } finally {
    progress.stop();
  }
}
