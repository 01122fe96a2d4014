/**
 * The keys of a chain, asked for and tried while the body still comes. In two stages, so that a stranger who writes fifty sets of
 * nothing makes us ask two questions: the keys of the others are asked for when both signatures of the newest set are genuine.
 */
import { askForKeys } from '#protocol/dkim/ask-for-keys';
import type { KeyAnswer, KeyLookup } from '#protocol/dkim/report';
import { keyName, tryKeys, type TriedKeys } from '#protocol/dkim/try-keys';
import type { ChainLink, ChainSignature, ReadOrFault } from './read-chain.ts';

export interface Tried {
  /** What came of each: message signatures and seals, from the newest down to the first that is not genuine. */
  readonly results: ReadonlyMap<ReadOrFault, TriedKeys>;
  /** It went on to the older sets. */
  readonly isWhole: boolean;
}

/** Names that are asked for: the keys of fifty seals, and a few more where message signatures have others. */
const MAX_NAMES = 60;

/** @param links from the first to the newest, whose message signature could be read */
export async function tryChain(links: readonly ChainLink[], lookup: KeyLookup): Promise<Tried> {
  const tried = new Map<ReadOrFault, TriedKeys>();
  const [newest, ...older] = links.toReversed();
  const first = [newest!.message, newest!.seal].filter(isRead);
  const answers = new Map(await askForKeys(first.map(nameOf), lookup).answers());
  tryInOrder(first, answers, tried);
  // a seal that cannot be read fails the chain, whatever the others are
  const isLost = first.length < 2 || !first.every((each) => isGenuine(tried.get(each)));
  if (isLost || !older.every(({ seal }) => isRead(seal))) return { results: tried, isWhole: false };
  const seals = older.map(({ seal }) => seal).filter(isRead);
  const messages = older.map(({ message }) => message);
  const read = messages.filter(isRead);
  const names = [...new Set([...seals, ...read].map(nameOf))].filter((name) => !answers.has(name));
  const more = await askForKeys(names.slice(0, MAX_NAMES), lookup).answers();
  for (const [name, answer] of more) answers.set(name, answer);
  tryInOrder(messages, answers, tried);
  tryInOrder(seals, answers, tried);
  return { results: tried, isWhole: true };
}

function isGenuine(tried: TriedKeys | undefined): boolean {
  return tried !== undefined && !tried.keyReason && !tried.headerReason;
}

/** Stops after the first that is not genuine. */
function tryInOrder(
  signatures: readonly ReadOrFault[],
  answers: ReadonlyMap<string, KeyAnswer>,
  tried: Map<ReadOrFault, TriedKeys>,
): void {
  for (const each of signatures) {
    if (!isRead(each)) return;
    const answer = answers.get(nameOf(each)) ?? {
      kind: 'temporary',
      detail: 'not asked: too many keys',
    };
    const result = tryKeys(each.signed(), answer);
    tried.set(each, result);
    if (!isGenuine(result)) return;
  }
}

function isRead(each: ReadOrFault): each is ChainSignature {
  return each.kind === 'read';
}

function nameOf({ signature }: ChainSignature): string {
  return keyName(signature);
}
