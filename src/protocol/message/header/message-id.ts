/**
 * Message identifiers (RFC 5322 §3.6.4): reading the lists of Message-ID, In-Reply-To and References, writing new ones.
 * An identifier is kept as its text between the angle brackets, white space removed. Reading is lenient, as threading
 * needs it: phrases between identifiers (RFC 5322 §4.5.4) are passed over, an identifier need not hold an `@`.
 * Called by summary.ts, mail/submit, dsn/*.
 */
import { hex } from '#bytes';

/** RFC 5322 §2.1.1: a line has 998 octets, and an identifier does not fold. */
const MAX_LENGTH = 998;

/**
 * The identifiers in their order, at most `limit`: of a longer list the first, which is the root of its thread, and
 * the last ones, which are nearest.
 */
export function parseMessageIds(text: string, limit = 50): string[] {
  const ids: string[] = [];
  let open = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '<') {
      open = at;
    } else if (character === '>' && open >= 0) {
      const id = cleanId(text.slice(open + 1, at));
      if (id !== undefined) ids.push(id);
      open = -1;
      if (ids.length > limit * 2) ids.splice(1, ids.length - limit);
    }
  }
  if (ids.length === 0 && !/[<>\s]/.test(text.trim())) {
    const bare = cleanId(text);
    if (bare !== undefined) ids.push(bare);
  }
  if (ids.length > limit) ids.splice(1, ids.length - limit);
  return ids;
}

/**
 * A new identifier without brackets. `random` is 8 octets or more from a secure source; `domain` a host name of
 * ours in A-labels.
 */
export function newMessageId(parts: {
  readonly time: number;
  readonly random: Uint8Array;
  readonly domain: string;
}): string {
  return `${parts.time.toString(36)}.${hex(parts.random)}@${parts.domain}`;
}

/** The identifier as a field value writes it. */
export function formatMessageId(id: string): string {
  return `<${id}>`;
}

function cleanId(text: string): string | undefined {
  if (text.length > MAX_LENGTH * 2) return undefined;
  const id = text.replaceAll(/[\x00-\x20\x7f]/g, '');
  return id === '' || id.length > MAX_LENGTH ? undefined : id;
}
