/** Looks for a kind of key in a search. */
import type { SearchKey } from '#protocol/imap/command';

/** Whether any of the keys, however deep, is one of those. */
export function hasKey(key: SearchKey, is: (key: SearchKey) => boolean): boolean {
  if (key.key === 'NOT') return hasKey(key.of, is);
  if (key.key === 'AND') return key.of.some((one) => hasKey(one, is));
  if (key.key === 'OR') return hasKey(key.left, is) || hasKey(key.right, is);
  return is(key);
}
