/**
 * Goes through things one by one as keys say: Enter or space for the next, p for the one before, a for all the rest, q to end. The terminal is
 * raw only while a key is waited for, and is put back whatever is typed, Ctrl-C too.
 */
import type { Terminal } from './secret.ts';

export type Move = 'next' | 'previous' | 'rest' | 'quit';

const KEYS: Readonly<Record<string, Move>> = {
  '\r': 'next',
  '\n': 'next',
  ' ': 'next',
  n: 'next',
  p: 'previous',
  a: 'rest',
  q: 'quit',
  // Ctrl-C and Ctrl-D
  '\x03': 'quit',
  '\x04': 'quit',
};

/** Waits for a key that means something; the end of the input is the end. */
export function readMove({ input }: Pick<Terminal, 'input'>): Promise<Move> {
  const { promise, resolve } = Promise.withResolvers<Move>();
  const done = (move: Move): void => {
    input.off('data', onData);
    input.off('end', onEnd);
    input.setRawMode(false);
    input.pause();
    resolve(move);
  };
  const onEnd = (): void => done('quit');
  const onData = (chunk: Buffer): void => {
    const typed = chunk.toString('latin1').toLowerCase();
    // an arrow key is several octets: it means nothing, and none of them does
    const move = Object.hasOwn(KEYS, typed) ? KEYS[typed] : undefined;
    if (move !== undefined) done(move);
  };
  input.setRawMode(true);
  input.on('data', onData);
  input.on('end', onEnd);
  input.resume();
  return promise;
}

/**
 * @param show prints the one with this index
 * @param ask undefined: all are shown without asking
 */
export async function goThrough(
  count: number,
  show: (index: number) => void,
  ask: (() => Promise<Move>) | undefined,
): Promise<void> {
  let asks = ask;
  for (let index = 0; index < count;) {
    show(index);
    if (asks === undefined || index === count - 1) {
      index++;
      continue;
    }
    const move = await asks();
    if (move === 'quit') return;
    if (move === 'rest') asks = undefined;
    index = move === 'previous' ? Math.max(0, index - 1) : index + 1;
  }
}
