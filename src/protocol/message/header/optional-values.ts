/** Values that a report may have or not, in the fields of its part for machines (RFC 3464 §2, RFC 5965 §3). */
import { parseDate } from './date.ts';

/** A member only where there is a value. */
export function present<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [K in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: Value };
}

/** Calendar milliseconds. */
export function dateOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : parseDate(value);
}
