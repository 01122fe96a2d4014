/**
 * The search keys that only the message itself answers for certain (RFC 9051 §6.4.4): HEADER and the days of the Date field from its
 * header, TEXT and BODY from all of it. Text is compared as folded text, by substring.
 * Called by find-messages.ts.
 */
import { ADDRESS_FIELDS, hiddenAddresses } from '#protocol/message/address-text';
import { parseDay } from '#protocol/message/date';
import { fieldText } from '#protocol/message/field-text';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/fields';
import { foldText } from '#protocol/message/fold';
import { parseStructure } from '#protocol/message/parse-structure';
import { bodyText, headerText } from '#protocol/message/part-text';
import type { TextCondition } from './ask-index.ts';
import { DAY_KEYS, dayFits, type DayKey } from './email-keys.ts';
import type { Leaf } from './truth.ts';

export type TextKey =
  | {
      readonly reads: 'header';
      readonly kind: 'field';
      readonly field: string;
      readonly needle: string;
    }
  | { readonly reads: 'header'; readonly kind: 'day'; readonly key: DayKey; readonly day: number }
  | { readonly reads: 'message'; readonly kind: 'text' | 'body'; readonly needle: string };

/** Undefined where another stage answers for certain. */
export function textKey(leaf: Leaf): TextKey | undefined {
  if (leaf.key === 'HEADER')
    return { reads: 'header', kind: 'field', field: leaf.field, needle: foldText(leaf.text) };
  if (leaf.key === 'SENTBEFORE' || leaf.key === 'SENTON' || leaf.key === 'SENTSINCE')
    return { reads: 'header', kind: 'day', key: DAY_KEYS[leaf.key], day: leaf.day };
  if (leaf.key === 'TEXT' || leaf.key === 'BODY') {
    const kind = leaf.key === 'TEXT' ? 'text' : 'body';
    return { reads: 'message', kind, needle: foldText(leaf.text) };
  }
  return undefined;
}

/** What the index may be asked about a key: only where all of these may be true the key may be. */
export function conditionsOf(key: TextKey): readonly TextCondition[] {
  if (key.kind === 'day') return [];
  if (key.kind !== 'field') return [{ where: key.kind, needle: key.needle }];
  const { field, needle } = key;
  const conditions: TextCondition[] = [];
  if (needle !== '') conditions.push({ where: 'header', needle });
  // these are in every message
  if (!EVERYWHERE.has(field)) conditions.push({ where: 'header', needle: `${field}: ` });
  return conditions;
}

const EVERYWHERE = new Set(['from', 'to', 'subject', 'date', 'message-id']);

/**
 * The answers to keys that read the header.
 * @param octets the header at least
 */
export function headerAnswers(octets: Uint8Array, keys: readonly HeaderKey[]): boolean[] {
  const header = splitHeader(octets);
  return keys.map((key) => {
    if (key.kind === 'day') {
      const [date] = fieldsNamed(header, 'date');
      const day = date && parseDay(fieldValue(octets, date));
      return day !== undefined && dayFits(key.key, day, key.day);
    }
    return fieldsNamed(header, key.field).some(
      (field) =>
        foldText(fieldText(octets, field)).includes(key.needle) ||
        (ADDRESS_FIELDS.has(key.field) &&
          hiddenAddresses(octets, field).some((text) => foldText(text).includes(key.needle))),
    );
  });
}

export type HeaderKey = Extract<TextKey, { reads: 'header' }>;
export type MessageKey = Extract<TextKey, { reads: 'message' }>;

/** The answers to keys that read the message as a whole; reads on only while one of them is open. */
export function messageAnswers(message: Uint8Array, keys: readonly MessageKey[]): boolean[] {
  const answers = keys.map(() => false);
  const { part } = parseStructure(message);
  const budget = { left: Infinity, cut: false };
  const look = (texts: Iterable<string>, inHeader: boolean): void => {
    const open = keys.map((_, i) => i).filter((i) => !inHeader || keys[i]!.kind === 'text');
    let left = open.filter((i) => !answers[i]);
    for (const text of left.length > 0 ? texts : []) {
      const folded = foldText(text);
      for (const i of left) answers[i] = folded.includes(keys[i]!.needle);
      left = left.filter((i) => !answers[i]);
      if (left.length === 0) return;
    }
  };
  look(headerText(message, part, budget), true);
  look(bodyText(message, part, budget), false);
  return answers;
}
