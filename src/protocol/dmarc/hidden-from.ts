/**
 * A From that the header as we read it does not have, but that other programs find in the same octets: after a line that is
 * no field (some step over it, for us the header ends there), or after a bare CR (some take it for a line end, RFC 5322 §2.3
 * forbids it). Either would let one author be judged and another one be shown. Linear in the header.
 */
import { CR, latin1, LF } from '#bytes';
import type { Header } from '#protocol/message/header/fields';

const FROM = /^[fF][rR][oO][mM][ \t]*:/;
/** Octets looked at after a line that is no field; a lenient reader stops at the empty line anyway. */
const MAX_AFTER = 65_536;

export function hiddenFrom(header: Header, head: Uint8Array): boolean {
  return afterBareCr(head, header.bodyStart) || afterBrokenLine(header, head);
}

function afterBareCr(head: Uint8Array, end: number): boolean {
  for (let at = head.indexOf(CR); at >= 0 && at < end; at = head.indexOf(CR, at + 1)) {
    if (head[at + 1] !== LF && isFrom(head, at + 1)) return true;
  }
  return false;
}

function afterBrokenLine({ defects }: Header, head: Uint8Array): boolean {
  const defect = defects.find(({ kind }) => kind === 'not-a-field' || kind === 'too-many-fields');
  if (!defect) return false;
  const end = Math.min(head.length, defect.offset + MAX_AFTER);
  let at = defect.offset;
  while (at < end && !isEmptyLine(head, at)) {
    if (isFrom(head, at)) return true;
    const next = head.indexOf(LF, at);
    if (next < 0) return false;
    at = next + 1;
  }
  return false;
}

/** Also with octets in it that no name has, which some programs drop: `\0From:`, a zero-width space. */
function isFrom(head: Uint8Array, at: number): boolean {
  return FROM.test(
    latin1(head.subarray(at, at + 64)).replaceAll(/[\x00-\x08\x0e-\x1f\x7f-\xff]/g, ''),
  );
}

function isEmptyLine(head: Uint8Array, at: number): boolean {
  return head[at] === LF || (head[at] === CR && head[at + 1] === LF);
}
