/** Says on a terminal that something is waited for, once it takes over two seconds. Nothing of it reaches a pipe or a file. */

const PATIENCE = 2000;
const EVERY = 250;
const CLEAR_LINE = '\r\x1b[K';

/** Where the line comes and goes. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A line on standard error that comes and goes. */
export class Progress {
  readonly #label: () => string;
  readonly #screen: Screen;
  #timer: NodeJS.Timeout | undefined;
  #start = 0;
  #isShown = false;

  /** @param label what is waited for; a function where it changes */
  constructor(label: string | (() => string), screen: Screen = process.stderr) {
    this.#screen = screen;
    this.#label = typeof label === 'string' ? () => label : label;
    this.touch();
  }

  /** Something came: the line goes, and comes again after the next two seconds of nothing. Before printing. */
  touch(): void {
    this.stop();
    if (this.#screen.isTTY !== true) return;
    this.#start = performance.now();
    this.#timer = setTimeout(() => this.#show(), PATIENCE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#isShown) this.#screen.write(CLEAR_LINE);
    this.#isShown = false;
  }

  #show(): void {
    const seconds = Math.floor((performance.now() - this.#start) / 1000);
    this.#screen.write(`${CLEAR_LINE}${this.#label()} … ${seconds} s`);
    this.#isShown = true;
    this.#timer = setTimeout(() => this.#show(), EVERY);
  }
}

/** The result of `work`, with a line while it takes long. */
export async function waiting<T>(label: string, work: Promise<T>, screen?: Screen): Promise<T> {
  const progress = new Progress(label, screen);
  try {
    return await work;
  } finally {
    progress.stop();
  }
}
