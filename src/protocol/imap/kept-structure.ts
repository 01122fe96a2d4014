/**
 * What the store keeps of a message's structure, as text: a line with the words of ENVELOPE, a line with those of BODYSTRUCTURE, and the
 * structure itself (protocol/message/stored-structure.ts). Clients ask for the words of whole mailboxes, and making them costs more than
 * reading them. The lines are left out where the words are not plain ASCII: then they depend on what the client takes (RFC 6855 §3).
 * Called by the follower that fills the table, and by FETCH.
 */
import { formatStructure, parseStoredStructure } from '#protocol/message/stored-structure';
import type { EmbeddedMessage } from '#protocol/message/structure';
import { formatBodyStructure } from './body-structure.ts';
import { formatEnvelope } from './envelope.ts';

export interface KeptWords {
  readonly envelope: string;
  readonly bodyStructure: string;
}

export function formatKept(structure: EmbeddedMessage): string {
  const envelope = formatEnvelope(structure.envelope, false);
  const bodyStructure = formatBodyStructure(structure.part, false);
  const stored = formatStructure(structure);
  return isPlain(envelope) && isPlain(bodyStructure)
    ? `${envelope}\n${bodyStructure}\n${stored}`
    : stored;
}

/** A literal has a line end in it. */
function isPlain(words: string): boolean {
  return !/[^ -~]/.test(words);
}

/** Undefined where they are not kept. */
export function keptWords(text: string): KeptWords | undefined {
  const lines = endOfWords(text);
  if (lines === undefined) return undefined;
  return {
    envelope: text.slice(0, lines.first),
    bodyStructure: text.slice(lines.first + 1, lines.second),
  };
}

/** Throws StructureDamaged, and nothing else. */
export function keptStructure(text: string): EmbeddedMessage {
  const lines = endOfWords(text);
  return parseStoredStructure(lines === undefined ? text : text.slice(lines.second + 1));
}

/** Where the two lines end; each is a list. */
function endOfWords(text: string): { first: number; second: number } | undefined {
  const first = text.indexOf(')\n(') + 1;
  const second = text.indexOf(')\n', first + 1) + 1;
  return text.startsWith('(') && first > 0 && second > 0 ? { first, second } : undefined;
}
