/**
 * Fields that claim to be ours and came from outside (RFC 8601 §5): they are hidden from every reader before our own is put on top. A
 * field is kept only if it is beyond doubt another's: whatever cannot be read, or has our name beside another one, goes.
 * Called by mail/receive.
 */
import { decodeUtf8 } from '#bytes';
import { toAscii } from '#protocol/address/domain';
import { type Field, fieldsNamed, type Header } from '#protocol/message/header/fields';
import { FIELD_NAME } from './field.ts';
import { readClaim } from './parse.ts';

/**
 * The fields to hide, in their order.
 * @param ownIds the authserv-ids of this server and of its other nodes
 */
export function foreignResults(
  header: Header,
  head: Uint8Array,
  ownIds: readonly string[],
): Field[] {
  const own = ownIds.map(comparable);
  return fieldsNamed(header, FIELD_NAME).filter((field) =>
    isClaimed(decodeUtf8(head.subarray(field.valueStart, field.end)), own),
  );
}

function isClaimed(value: string | undefined, own: readonly string[]): boolean {
  if (value === undefined || /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/.test(value))
    return true;
  const claim = readClaim(value);
  if (!claim) return true;
  const id = comparable(claim.authservId);
  if (own.includes(id)) return true;
  // beside the name of another, in a comment: for whoever looks for ours anywhere
  const beside = claim.comments.includes('(') ? plain(claim.comments) : '';
  return own.some((name) => beside.includes(name));
}

/** One spelling: lower case, A-labels, no final dot; as a careless reader might make it of what is no domain name. */
function comparable(id: string): string {
  const name = withoutFinalDots(plain(id));
  return toAscii(name) ?? name;
}

/** In one look, however many stand before something else: a pattern would begin anew at each. */
function withoutFinalDots(text: string): string {
  let end = text.length;
  while (text[end - 1] === '.') end--;
  return text.slice(0, end);
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s"\\\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
}
