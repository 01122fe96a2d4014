/** A message in a file, or from standard input, as the octets that a server would have received. */
import { createReadStream } from 'node:fs';
import { CR, LF, view } from '#bytes';
import { CommandFailure } from './failure.ts';
import { remark } from './terminal/output.ts';

/** Octets; what mail servers take is a fraction of it. */
const MAX_SIZE = 512 * 1024 * 1024;

export interface MessageFile {
  /** How the file is named to people. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the file; `-` is standard input. Where its first line ends with LF alone, as editors leave it, every such line gets the
 * CRLF that it had on the way, without which no signature verifies.
 * @throws CommandFailure where it cannot be read
 */
export async function readMessageFile(file: string): Promise<MessageFile> {
  const name = file === '-' ? 'standard input' : file;
  const source = file === '-' ? process.stdin : createReadStream(file);
  const bytes = await readAll(source, name);
  const first = bytes.indexOf(LF);
  if (first < 0 || bytes[first - 1] === CR) return { name, bytes };
  remark('The lines end with LF alone: read as CRLF, as they were on the way.');
  return { name, bytes: withCrlf(bytes) };
}

async function readAll(source: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of source) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_SIZE) break;
    }
  } catch (error) {
    throw new CommandFailure(
      `${name} cannot be read: ${(error as Error).message}`,
      'Name a file that holds one message with its header, or - for standard input.',
    );
  }
  if (size <= MAX_SIZE) return Buffer.concat(chunks, size);
  throw new CommandFailure(`${name} is larger than any message`, 'Name a file of one message.');
}

function withCrlf(bytes: Uint8Array): Uint8Array {
  const source = view(bytes);
  let alone = 0;
  for (let at = source.indexOf(LF); at >= 0; at = source.indexOf(LF, at + 1)) {
    if (source[at - 1] !== CR) alone++;
  }
  const out = Buffer.alloc(bytes.length + alone);
  let length = 0;
  let from = 0;
  for (let at = source.indexOf(LF); at >= 0; at = source.indexOf(LF, at + 1)) {
    if (source[at - 1] === CR) continue;
    length += source.copy(out, length, from, at);
    out[length++] = CR;
    from = at;
  }
  source.copy(out, length, from);
  return out;
}
