/**
 * Says one message of a FETCH: words, and octets as literals, those of a large message as they come from the store.
 * Called by run.ts.
 */
import { BrokenResponse, ClientGone, type Link } from '#servers/imap/link';
import type { Output } from '#servers/imap/output';
import type { FetchedMessage } from './message.ts';
import type { Item, Octets } from './octets.ts';

interface Mouth {
  readonly out: Output;
  readonly link: Link;
}

/** @throws ClientGone, BrokenResponse */
export async function sayMessage(
  mouth: Mouth,
  head: string,
  items: readonly Item[],
  message: FetchedMessage,
): Promise<void> {
  mouth.out.text(head);
  try {
    await sayItems(mouth, items, message);
  } catch (error) {
    if (error instanceof ClientGone || error instanceof BrokenResponse) throw error;
    // a reply to the command would stand in the middle of a literal, and be taken for the message
    throw new BrokenResponse((error as Error).message, { cause: error });
  }
  mouth.out.text(')\r\n');
}

async function sayItems(
  mouth: Mouth,
  items: readonly Item[],
  message: FetchedMessage,
): Promise<void> {
  const { out } = mouth;
  let between = '';
  for (const item of items) {
    const asked = item(message);
    const said = asked instanceof Promise ? await asked : asked;
    out.text(between);
    between = ' ';
    if (typeof said === 'string') out.text(said);
    else {
      const streaming = sayOctets(mouth, said);
      if (streaming !== undefined) await streaming;
    }
  }
}

function sayOctets({ out, link }: Mouth, octets: Octets): Promise<void> | undefined {
  const { head, binary, size, source } = octets;
  out.text(`${head}${binary ? '~' : ''}{${size}}\r\n`);
  if (!(source instanceof Uint8Array)) return stream({ out, link }, size, source);
  out.octets(source);
  return undefined;
}

async function stream(
  { out, link }: Mouth,
  size: number,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  let left = size;
  for await (const piece of source) {
    left -= piece.length;
    if (left < 0) break;
    out.octets(piece);
    out.flush();
    await link.room();
  }
  if (left !== 0) throw new BrokenResponse(`a message of another size than its ${size} octets`);
}
