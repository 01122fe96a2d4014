/**
 * The search keys that only the message itself answers for certain (RFC 9051 §6.4.4): HEADER and the days of the Date field from its
 * header, TEXT and BODY from all of it. Text is compared as folded text, by substring.
 * Called by keys-by-stage.ts, find-messages.ts, look-into-messages.ts.
 */
import type { TextCondition } from '#mail/search/index/ask-index';
import { FIELD_PLACES, INDEX_VERSION } from '#mail/search/index/grams';
import { needleOctets } from '#mail/search/message-texts';
import { ADDRESS_FIELDS, hiddenAddresses } from '#protocol/message/header/address-text';
import { parseDay } from '#protocol/message/header/date';
import { fieldText } from '#protocol/message/header/field-text';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { foldText } from '#protocol/message/header/fold';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { bodyText, headerText } from '#protocol/message/body/part-text';
import type { TextPlace } from '#store/search/texts';
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

/** What the index is asked about a key: it is true of a message that one of these is true of, and of no other. */
export function conditionsOf(key: TextKey): readonly TextCondition[] {
  switch (key.kind) {
    case 'day':
      return [];
    case 'field':
      return [{ where: 'field', field: key.field, needle: key.needle }];
    case 'body':
      return [{ where: 'body', needle: key.needle }];
    case 'text':
      return [
        { where: 'header', needle: key.needle },
        { where: 'body', needle: key.needle },
      ];
    default:
      return key satisfies never;
  }
}

/** What the texts that are kept of messages are asked about a key. */
export interface TextQuestion {
  readonly places: readonly TextPlace[];
  readonly needle: Buffer;
  readonly version: number;
}

/** Undefined for a key that they do not answer. */
export function textQuestion(key: TextKey): TextQuestion | undefined {
  const places = placesOf(key);
  if (!places || key.kind === 'day' || key.needle === '') return undefined;
  const needle = needleOctets(key.needle);
  return needle && { places, needle, version: INDEX_VERSION };
}

function placesOf(key: TextKey): readonly TextPlace[] | undefined {
  if (key.kind === 'body') return ['body'];
  if (key.kind === 'text') return ['body', 'header'];
  const place = key.kind === 'field' && FIELD_PLACES.find((name) => name === key.field);
  return place ? [place] : undefined;
}

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

/** A key that reads the message, and where its text may be. */
export interface MessageQuestion {
  readonly key: MessageKey;
  readonly inHeader: boolean;
  readonly inBody: boolean;
}

/** The answers to keys that read the message as a whole; reads on only while one of them is open. */
export function messageAnswers(
  message: Uint8Array,
  questions: readonly MessageQuestion[],
): boolean[] {
  const answers = questions.map(() => false);
  const { part } = parseStructure(message);
  const budget = { left: Infinity, cut: false };
  const look = (texts: Iterable<string>, may: (question: MessageQuestion) => boolean): void => {
    let left = [...questions.keys()].filter((i) => !answers[i] && may(questions[i]!));
    if (left.length === 0) return;
    for (const text of texts) {
      const folded = foldText(text);
      for (const i of left) answers[i] = folded.includes(questions[i]!.key.needle);
      left = left.filter((i) => !answers[i]);
      if (left.length === 0) return;
    }
  };
  look(headerText(message, part, budget), ({ inHeader }) => inHeader);
  look(bodyText(message, part, budget), ({ inBody }) => inBody);
  return answers;
}
