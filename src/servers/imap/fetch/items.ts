/**
 * The items of a FETCH response (RFC 9051 §6.4.5, §7.5.2): what each needs of the messages, and what it says of one.
 * Called by run.ts, plan.ts, commands/fetch.ts.
 */
import { latin1, utf8 } from '#bytes';
import { formatBody, formatBodyStructure } from '#protocol/imap/body-structure';
import type { FetchItem } from '#protocol/imap/command';
import { formatDateTime } from '#protocol/imap/date-time';
import { formatEnvelope, formatNstring } from '#protocol/imap/envelope';
import type { ZoneOffset } from '#protocol/imap/time-zone';
import { previewText } from '#protocol/message/body/preview';
import type { Section } from '#protocol/message/body/section';
import { flagsAt } from '#servers/imap/selected/flags-text';
import { objectId } from '#servers/imap/responses/object-id';
import type { Recent } from '#servers/imap/selected/recent';
import type { ViewState } from '#store/mailboxes/view/view';
import { readRange, type FetchedMessage, type Loader, type Needs } from './message.ts';
import { binaryItem, binarySizeItem, bodyItem, type Item } from './octets.ts';

export interface ItemContext {
  readonly loader: Loader;
  readonly state: ViewState;
  readonly recent: Recent;
  /** The client takes UTF-8 in quoted strings. */
  readonly utf8: boolean;
  /** Of the zone in which dates are told. */
  readonly offsetAt: ZoneOffset;
  /** A part has a transfer encoding that nobody knows. */
  readonly unknownEncoding: () => void;
}

export function noNeeds(): Needs {
  return {
    facts: false,
    words: false,
    structure: false,
    savedDate: false,
    octets: false,
    ranges: false,
  };
}

/** Adds what an item needs. */
export function addNeeds(needs: Needs, item: FetchItem): void {
  switch (item.item) {
    case 'FLAGS':
    case 'UID':
    case 'MODSEQ':
    case 'EMAILID':
      return;
    case 'INTERNALDATE':
    case 'RFC822.SIZE':
    case 'THREADID':
      needs.facts = true;
      return;
    case 'SAVEDATE':
      needs.savedDate = true;
      return;
    case 'ENVELOPE':
    case 'BODYSTRUCTURE':
      needs.words = true;
      return;
    case 'BODY':
      needs.structure = true;
      return;
    case 'RFC822':
      needs.octets = true;
      return;
    case 'RFC822.HEADER':
    case 'RFC822.TEXT':
      needs.octets = needs.ranges = true;
      return;
    case 'PREVIEW':
    case 'BINARY':
    case 'BINARY.SIZE':
      needs.octets = needs.structure = true;
      return;
    case 'BODY[]': {
      const { path, kind } = item.section;
      needs.octets = true;
      if (path.length > 0) needs.structure = true;
      else if (kind !== undefined) needs.ranges = true;
      return;
    }
    default:
      item satisfies never;
  }
}

/** Whether the item marks the message as read. */
export function setsSeen(item: FetchItem): boolean {
  if (item.item === 'BODY[]' || item.item === 'BINARY') return !item.peek;
  return item.item === 'RFC822' || item.item === 'RFC822.TEXT';
}

/** Whether an item says of a message what it will always say, in few octets. */
export function isConstant(item: FetchItem): boolean {
  if (item.item !== 'BODY[]') return CONSTANT.has(item.item);
  const { section, partial, peek } = item;
  const chosen = section.kind === 'HEADER.FIELDS' || section.kind === 'HEADER.FIELDS.NOT';
  return chosen && peek && partial === undefined;
}

const CONSTANT: ReadonlySet<FetchItem['item']> = new Set([
  'ENVELOPE',
  'BODY',
  'BODYSTRUCTURE',
  'INTERNALDATE',
  'RFC822.SIZE',
] as const);

/** Whether the view alone answers an item. */
export function isInView(item: FetchItem): boolean {
  return ['FLAGS', 'UID', 'MODSEQ', 'EMAILID'].includes(item.item);
}

export function compileItem(item: FetchItem, context: ItemContext): Item {
  const { state, utf8: inUtf8, loader, recent, offsetAt } = context;
  const dateTime = (at: number): string => formatDateTime(at, offsetAt(at));
  switch (item.item) {
    case 'FLAGS':
      return ({ place }) => `FLAGS ${flagsAt(state, place, recent)}`;
    case 'UID':
      return ({ uid }) => `UID ${uid}`;
    case 'MODSEQ':
      return ({ place }) => `MODSEQ (${state.modseqs[place]!})`;
    case 'EMAILID':
      return ({ emailId }) => `EMAILID (${objectId('email', emailId)})`;
    case 'THREADID':
      return ({ facts }) => `THREADID (${objectId('thread', facts!.threadId)})`;
    case 'INTERNALDATE':
      return ({ facts }) => `INTERNALDATE "${dateTime(facts!.receivedAt)}"`;
    case 'SAVEDATE':
      return ({ savedAt }) =>
        `SAVEDATE ${savedAt === undefined ? 'NIL' : `"${dateTime(savedAt)}"`}`;
    case 'RFC822.SIZE':
      return ({ facts }) => `RFC822.SIZE ${facts!.size}`;
    case 'ENVELOPE':
      return ({ words, structure }) =>
        `ENVELOPE ${words?.envelope ?? formatEnvelope(structure!.envelope, inUtf8)}`;
    case 'BODY':
      return ({ structure }) => `BODY ${formatBody(structure!.part, inUtf8)}`;
    case 'BODYSTRUCTURE':
      return ({ words, structure }) =>
        `BODYSTRUCTURE ${words?.bodyStructure ?? formatBodyStructure(structure!.part, inUtf8)}`;
    case 'PREVIEW':
      return (message) => preview(message, loader, inUtf8);
    case 'RFC822':
      return bodyItem('RFC822', WHOLE, undefined, loader);
    case 'RFC822.HEADER':
      return bodyItem('RFC822.HEADER', { ...WHOLE, kind: 'HEADER' }, undefined, loader);
    case 'RFC822.TEXT':
      return bodyItem('RFC822.TEXT', { ...WHOLE, kind: 'TEXT' }, undefined, loader);
    case 'BODY[]': {
      const label = `BODY[${sectionText(item.section)}]${originText(item.partial)}`;
      return bodyItem(label, item.section, item.partial, loader);
    }
    case 'BINARY': {
      const label = `BINARY[${item.path.join('.')}]${originText(item.partial)}`;
      return binaryItem(label, item.path, item.partial, loader, context.unknownEncoding);
    }
    case 'BINARY.SIZE': {
      const label = `BINARY.SIZE[${item.path.join('.')}]`;
      return binarySizeItem(label, item.path, loader, context.unknownEncoding);
    }
    default:
      return item satisfies never;
  }
}

const WHOLE = { path: [] };

/** What is looked at of a message that is too large to be brought whole. */
const PREVIEW_OCTETS = 256 * 1024;

async function preview(
  { view, structure, emailId }: FetchedMessage,
  { mail, accountId }: Loader,
  inUtf8: boolean,
): Promise<string> {
  const octets =
    view!.kind === 'whole'
      ? view!.bytes
      : await readRange(mail, accountId, emailId, 0, Math.min(view!.size, PREVIEW_OCTETS));
  return `PREVIEW ${formatNstring(latin1(utf8(previewText(octets, structure!.part))), inUtf8)}`;
}

function sectionText({ path, kind, fields = [] }: Section): string {
  const words = kind === undefined ? path.map(String) : [...path.map(String), kind];
  const names = fields.length === 0 ? '' : ` (${fields.map((name) => fieldName(name)).join(' ')})`;
  return words.join('.') + names;
}

/** As an atom where that can be. */
function fieldName(name: string): string {
  return /^[!#$&'+\-./0-9:;<=>?@A-Z[^_`a-z|}~,]+$/.test(name) ? name : formatNstring(name, false);
}

function originText(partial: { readonly origin: number } | undefined): string {
  return partial === undefined ? '' : `<${partial.origin}>`;
}
