/** Says on a terminal what is waited for, once it takes over two seconds. Nothing of it reaches a pipe or a file. */

const PATIENCE = 2000;
const EVERY = 250;
const CLEAR_LINE = '\r\x1b[K';

/** The result of `work`, with a line on standard error while it takes long. */
export async function waiting<T>(label: string, work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work;
  const start = performance.now();
  let shown = false;
  const show = (): void => {
    const seconds = Math.floor((performance.now() - start) / 1000);
    process.stderr.write(`${CLEAR_LINE}${label} … ${seconds} s`);
    shown = true;
  };
  let repeated: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    repeated = setInterval(show, EVERY);
  }, PATIENCE);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(repeated);
    if (shown) process.stderr.write(CLEAR_LINE);
  }
}
