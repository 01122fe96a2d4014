/** How long a server asks to be left alone (RFC 9110 §10.2.3; RFC 8555 §6.6 and §7.5.1 rely on it). */

/**
 * Milliseconds from now on; undefined where the field is absent or says nothing.
 * @param now calendar milliseconds
 */
export function readRetryAfter(field: string | undefined, now: number): number | undefined {
  if (field === undefined) return undefined;
  const text = field.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
