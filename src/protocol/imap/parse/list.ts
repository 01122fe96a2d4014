/** LIST and STATUS (RFC 9051 §6.3.9, §6.3.11; RFC 5258, RFC 5819, RFC 6154, RFC 8438, RFC 8474, RFC 7889, RFC 9208, RFC 9590). */
import type { Command, ListReturn, ListSelection, StatusItem } from '#protocol/imap/command';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { decodeMailbox, decodePattern } from '#protocol/imap/mailbox-name';
import { decodeEntries } from './metadata.ts';

const SELECTIONS = new Set(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']);
const STATUS_ITEMS = new Set(
  'MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE HIGHESTMODSEQ APPENDLIMIT MAILBOXID DELETED-STORAGE'.split(
    ' ',
  ),
);
const MAX_PATTERNS = 100;

export function parseList(decoder: Decoder): Command {
  decoder.space();
  const select = takeSelection(decoder);
  const reference = decodePattern(decoder);
  decoder.space();
  const several = decoder.peek === '(';
  const patterns = several ? decoder.list(() => decodePattern(decoder)) : [decodePattern(decoder)];
  if (patterns.length > MAX_PATTERNS) throw new Malformed(`More than ${MAX_PATTERNS} patterns`);
  const options = takeReturn(decoder);
  // RFC 5258 §3: any of the new forms makes the answer an extended one.
  const extended = options ?? (select !== undefined || several ? NOTHING : undefined);
  return { verb: 'LIST', select: select ?? [], reference, patterns, return: extended };
}

const NOTHING: ListReturn = {
  subscribed: false,
  children: false,
  specialUse: false,
  status: undefined,
  metadata: undefined,
};

function takeSelection(decoder: Decoder): ListSelection[] | undefined {
  if (decoder.peek !== '(') return undefined;
  const select = decoder.list(
    () => {
      const word = decoder.word();
      if (!SELECTIONS.has(word)) throw new Malformed(`LIST does not know the selection ${word}`);
      return word as ListSelection;
    },
    { empty: true },
  );
  if (select.includes('RECURSIVEMATCH') && !select.some((option) => !BARE.has(option)))
    throw new Malformed('RECURSIVEMATCH wants another selection (RFC 5258 section 3.1)');
  decoder.space();
  return select;
}

const BARE = new Set<ListSelection>(['RECURSIVEMATCH', 'REMOTE']);

function takeReturn(decoder: Decoder): ListReturn | undefined {
  if (decoder.ended) return undefined;
  decoder.space();
  if (decoder.ended) return undefined;
  if (decoder.word() !== 'RETURN') throw new Malformed('Expected RETURN');
  decoder.space();
  const options: { -readonly [K in keyof ListReturn]: ListReturn[K] } = { ...NOTHING };
  decoder.list(() => decodeReturn(decoder, options), { empty: true });
  return options;
}

function decodeReturn(
  decoder: Decoder,
  options: { -readonly [K in keyof ListReturn]: ListReturn[K] },
): void {
  const word = decoder.word();
  switch (word) {
    case 'SUBSCRIBED':
      options.subscribed = true;
      return;
    case 'CHILDREN':
      options.children = true;
      return;
    case 'SPECIAL-USE':
      options.specialUse = true;
      return;
    case 'STATUS':
      decoder.space();
      options.status = decodeStatusItems(decoder);
      return;
    case 'METADATA':
      decoder.space();
      options.metadata = decodeEntries(decoder);
      return;
    default:
      throw new Malformed(`LIST cannot return ${word}`);
  }
}

export function parseStatus(decoder: Decoder): Command {
  decoder.space();
  const mailbox = decodeMailbox(decoder);
  decoder.space();
  return { verb: 'STATUS', mailbox, items: decodeStatusItems(decoder) };
}

function decodeStatusItems(decoder: Decoder): StatusItem[] {
  const items = decoder.list(() => {
    const word = decoder.word();
    if (!STATUS_ITEMS.has(word)) throw new Malformed(`STATUS does not know ${word}`);
    return word as StatusItem;
  });
  return [...new Set(items)];
}
