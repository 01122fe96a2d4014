/**
 * Who vouches for a mail, by the Authentication-Results that this server put above it when it came: read from the prefix alone, where nobody
 * else can have written. Pure.
 */
import { FIELD_NAME, type MethodResult } from '#protocol/authentication-results/field';
import { parseAuthenticationResults } from '#protocol/authentication-results/parse';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';

/** Whether a DKIM signature of the domain passed. */
export function isSignedBy(prefix: Uint8Array, domain: string): boolean {
  return passes(prefix, 'dkim').some((result) => valueOf(result, 'd') === domain.toLowerCase());
}

/** The domain of the author, where DMARC passed; else undefined. */
export function authenticAuthor(prefix: Uint8Array): string | undefined {
  return passes(prefix, 'dmarc')
    .map((result) => valueOf(result, 'from'))
    .find((domain) => domain !== '');
}

function passes(prefix: Uint8Array, method: string): readonly MethodResult[] {
  const [field] = fieldsNamed(splitHeader(prefix), FIELD_NAME);
  if (field === undefined) return [];
  const parsed = parseAuthenticationResults(fieldValue(prefix, field));
  if (parsed.kind === 'error') return [];
  return parsed.results.filter((one) => one.method === method && one.result === 'pass');
}

function valueOf({ properties }: MethodResult, property: string): string {
  const found = properties.find((one) => one.ptype === 'header' && one.property === property);
  return found?.value.toLowerCase() ?? '';
}
