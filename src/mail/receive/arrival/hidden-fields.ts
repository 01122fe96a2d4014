/**
 * Fields of a message that are not shown, since they are this server's to write and a stranger wrote them: Return-Path (RFC 5321 §4.4),
 * our verdict, and Authentication-Results in our name (RFC 8601 §5).
 */
import { foreignResults } from '#protocol/authentication-results/foreign';
import { fieldsNamed, type Field } from '#protocol/message/header/fields';
import type { Content } from '#mail/receive/intake';
import { VERDICT_FIELD } from './verdict-field.ts';

/** Of a copy in a mailbox here. @param authservId ours */
export function hiddenRanges({ head, header }: Content, authservId: string): number[] {
  return rangesOf([
    ...foreignResults(header, head, [authservId]),
    ...fieldsNamed(header, 'Return-Path'),
    ...fieldsNamed(header, VERDICT_FIELD),
  ]);
}

/** Of what goes on: the rest stays as it came, octet for octet, so that signatures hold. */
export function returnPathRanges({ header }: Content): number[] {
  return rangesOf(fieldsNamed(header, 'Return-Path'));
}

/** In their order; fields never overlap. */
function rangesOf(fields: readonly Field[]): number[] {
  return [...fields].sort((a, b) => a.start - b.start).flatMap(({ start, end }) => [start, end]);
}
