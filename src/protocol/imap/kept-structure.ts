/**
 * What the store keeps of a message's structure, as text: a line with the words of ENVELOPE, a line with those of BODYSTRUCTURE, and the
 * structure itself (protocol/message/body/stored-structure.ts). Clients ask for the words of whole mailboxes, and making them costs more than
 * reading them. The lines are left out where the words are not plain ASCII: then they depend on what the client takes (RFC 6855 §3).
 * Called by the follower that fills the table, and by FETCH.
 */
import { decodeUtf8, latin1, LF } from '#bytes';
import {
  formatStructure,
  parseStoredStructure,
  StructureDamaged,
} from '#protocol/message/body/stored-structure';
import type { EmbeddedMessage } from '#protocol/message/structure';
import { formatBodyStructure } from './body-structure.ts';
import { formatEnvelope } from './envelope.ts';

export interface KeptWords {
  readonly envelope: string;
  readonly bodyStructure: string;
}

/** Undefined where they are not plain. */
export function plainWords({ envelope, part }: EmbeddedMessage): KeptWords | undefined {
  const words = {
    envelope: formatEnvelope(envelope, false),
    bodyStructure: formatBodyStructure(part, false),
  };
  return isPlain(words.envelope) && isPlain(words.bodyStructure) ? words : undefined;
}

/** A literal has a line end in it. */
function isPlain(words: string): boolean {
  return !/[^ -~]/.test(words);
}

/** @param words what `plainWords` says of it */
export function formatKept(
  structure: EmbeddedMessage,
  words: KeptWords | undefined = plainWords(structure),
): string {
  const stored = formatStructure(structure);
  return words === undefined ? stored : `${words.envelope}\n${words.bodyStructure}\n${stored}`;
}

/** Undefined where they are not kept. @param text in UTF-8: a string that was cut from a long one would keep all of it */
export function keptWords(text: Uint8Array): KeptWords | undefined {
  if (text[0] !== PARENTHESIS) return undefined;
  const first = text.indexOf(LF);
  const second = text.indexOf(LF, first + 1);
  if (first < 0 || second < 0) return undefined;
  return {
    envelope: latin1(text.subarray(0, first)),
    bodyStructure: latin1(text.subarray(first + 1, second)),
  };
}

const PARENTHESIS = 0x28;

/** Throws StructureDamaged, and nothing else. */
export function keptStructure(text: Uint8Array): EmbeddedMessage {
  const stored = text[0] === PARENTHESIS ? text.indexOf(LF, text.indexOf(LF) + 1) + 1 : 0;
  const json = decodeUtf8(text.subarray(stored));
  if (json === undefined) throw new StructureDamaged('not UTF-8');
  return parseStoredStructure(json);
}
