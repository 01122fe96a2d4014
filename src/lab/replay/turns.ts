/** An SMTP dialogue cut into turns: what the client said, and what it was answered. TLS is a turn of its own. Pure; nothing is left out. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';

export interface Turn {
  /** What is no line (connected, lost) stands here until the server speaks. */
  readonly client: readonly DialogueEntry[];
  readonly server: readonly DialogueEntry[];
  /** Verbs of the client's commands in upper case, each once; `greeting`, `tls`, `content`. */
  readonly said: readonly string[];
  /** Whether the server refused something. */
  readonly refused: boolean;
}

/** @param side which of the two kept the record */
export function turnsOf(entries: readonly DialogueEntry[], side: 'client' | 'server'): Turn[] {
  const turns: { client: DialogueEntry[]; server: DialogueEntry[] }[] = [];
  let last: (typeof turns)[number] | undefined;
  for (const entry of entries) {
    const speaker = speakerOf(entry, side);
    const isNew =
      last === undefined ||
      entry.kind === 'tls' ||
      (speaker === 'client' && (last.server.length > 0 || isTls(last))) ||
      (speaker === 'server' && isTls(last));
    if (isNew) turns.push((last = { client: [], server: [] }));
    // what nobody said stays with whoever spoke last
    const isServers = speaker === 'server' || (speaker === undefined && last!.server.length > 0);
    (isServers ? last!.server : last!.client).push(entry);
  }
  return turns.map(({ client, server }, index) => ({
    client,
    server,
    said: saidIn(client, index === 0 && server.length > 0),
    refused: server.some((entry) => 'line' in entry && /^[45]\d\d/.test(entry.line)),
  }));
}

function speakerOf(
  entry: DialogueEntry,
  side: 'client' | 'server',
): 'client' | 'server' | undefined {
  const direction = entry.kind === 'content' ? entry.direction : entry.kind;
  if (direction !== 'sent' && direction !== 'received') return undefined;
  return (direction === 'sent') === (side === 'client') ? 'client' : 'server';
}

function isTls({ client }: { readonly client: readonly DialogueEntry[] }): boolean {
  return client.some(({ kind }) => kind === 'tls');
}

function saidIn(client: readonly DialogueEntry[], isFirst: boolean): string[] {
  const said = client.flatMap((entry) => {
    if (entry.kind === 'tls' || entry.kind === 'content') return [entry.kind];
    if (!('line' in entry)) return [];
    const verb = /^[A-Za-z]{1,12}(?=[ \t]|$)/.exec(entry.line)?.[0];
    return verb === undefined ? [] : [verb.toUpperCase()];
  });
  if (said.length === 0 && isFirst) return ['greeting'];
  return [...new Set(said)];
}
