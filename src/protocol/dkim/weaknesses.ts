/**
 * What a signature that verifies leaves open to change (RFC 6376 §8.2, §8.15): octets after those that l= covers, fields that a
 * reader is shown and that nobody signed. Facts only; what they are worth is decided where the message is judged.
 */
import type { Field } from '#protocol/message/header/fields';
import type { RfcSection } from './rules.ts';
import type { Signature } from './signature.ts';

export type Weakness =
  /** Anyone may have added or changed so many octets at the end of the body. */
  | { readonly kind: 'octets-uncovered'; readonly octets: number }
  /** And may have changed how the whole body is read, by a boundary or a type of his own. */
  | { readonly kind: 'body-form-uncovered'; readonly field: string }
  /** The message has more instances of the field than are signed. */
  | {
      readonly kind: 'field-uncovered';
      readonly field: string;
      readonly present: number;
      readonly signed: number;
    };

export const WEAKNESS_RULES = {
  'octets-uncovered': 'RFC 6376 §8.2',
  'body-form-uncovered': 'RFC 6376 §8.2',
  'field-uncovered': 'RFC 6376 §8.15',
} as const satisfies Record<Weakness['kind'], RfcSection>;

/** What readers are shown, but for From, without which a signature does not pass. */
const SHOWN = ['Subject', 'Date', 'To', 'Cc', 'Reply-To'] as const;
const BODY_FORM = ['Content-Type', 'Content-Transfer-Encoding', 'MIME-Version'] as const;

/** @param uncovered octets of the body that l= leaves out */
export function findWeaknesses(
  fields: readonly Field[],
  { signedFields }: Pick<Signature, 'signedFields'>,
  uncovered: number,
): readonly Weakness[] {
  const weaknesses: Weakness[] = [];
  const present = fields.map(({ name }) => name);
  const isOpen = (field: string): boolean => countOf(present, field) > countOf(signedFields, field);
  if (uncovered > 0) {
    weaknesses.push({ kind: 'octets-uncovered', octets: uncovered });
    for (const field of BODY_FORM.filter(isOpen)) {
      weaknesses.push({ kind: 'body-form-uncovered', field });
    }
  }
  for (const field of SHOWN.filter(isOpen)) {
    const [all, signed] = [countOf(present, field), countOf(signedFields, field)];
    weaknesses.push({ kind: 'field-uncovered', field, present: all, signed });
  }
  return weaknesses;
}

/** Whether the message has a From field that the signature does not cover: readers may be shown that one (§8.15). */
export function leavesFromOpen(
  fields: readonly Field[],
  { signedFields }: Pick<Signature, 'signedFields'>,
): boolean {
  return (
    countOf(
      fields.map(({ name }) => name),
      'From',
    ) > countOf(signedFields, 'From')
  );
}

function countOf(names: readonly string[], wanted: string): number {
  const key = wanted.toLowerCase();
  return names.filter((name) => name.length === key.length && name.toLowerCase() === key).length;
}
