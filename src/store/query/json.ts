/** JSON for jsonb columns: whatever its texts came from, PostgreSQL takes it. */
import { storable } from '#bytes';

export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // only what is escaped by number can be U+0000 or a lone surrogate, and the replacer is dear
  return text.includes('\\u')
    ? JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'string' ? storable(part) : part,
      )
    : text;
}
