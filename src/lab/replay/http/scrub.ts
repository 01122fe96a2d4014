/**
 * What was said by HTTP without what must not be kept: what proves who somebody is (headers, fields of forms), and what gives a right to whoever
 * has it (tokens in addresses and pages). Pure; linear; what is given is bounded.
 */
import { PAGE_PATH } from '#mail/unsubscribe/offer';

export const HIDDEN = '…';

/** A file that everybody may read, whose token is no secret (RFC 8555 §8.3). */
const CHALLENGE = '/.well-known/acme-challenge/';
const SECRET_NAME = /auth|cookie|csrf|key|pass|secret|token|code/i;
/** Long enough that nobody guesses it, and no word of any language. */
const TOKEN = /[\w-]{24,}/g;
const HAS_DIGIT = /\d/;

/** @param target as it came: a path with its query */
export function scrubTarget(target: string): string {
  if (target.startsWith(CHALLENGE)) return target;
  const [path = '', ...query] = target.split('?');
  const shown = path.toLowerCase().startsWith(PAGE_PATH) ? `${PAGE_PATH}${HIDDEN}` : scrub(path);
  return query.length === 0 ? shown : `${shown}?${scrubForm(query.join('?'))}`;
}

export function scrubHeader(name: string, value: string): string {
  return SECRET_NAME.test(name) ? HIDDEN : scrub(withoutPages(value));
}

/** @param type of the content, in lower case without parameters @param target where it stands */
export function scrubBody(body: string, type: string, target: string): string {
  if (target.startsWith(CHALLENGE)) return body;
  if (type === 'application/x-www-form-urlencoded') return scrubForm(body);
  const said = withoutPages(body);
  if (type !== 'text/html') return scrub(said);
  // what a form carries beside what somebody types
  return scrub(said.replaceAll(/(\bvalue=")[^"]*(?:"|$)/gi, `$1${HIDDEN}"`));
}

function scrubForm(form: string): string {
  return form
    .split('&')
    .map((field) => {
      const [name = '', ...value] = field.split('=');
      if (value.length === 0) return scrub(field);
      return `${scrub(name)}=${SECRET_NAME.test(name) ? HIDDEN : scrub(value.join('='))}`;
    })
    .join('&');
}

function scrub(text: string): string {
  return text.replaceAll(TOKEN, (found) => (HAS_DIGIT.test(found) ? HIDDEN : found));
}

/** Addresses of the page where a list is left. */
function withoutPages(text: string): string {
  return text
    .split(PAGE_PATH)
    .map((part, index) => (index === 0 ? part : HIDDEN + part.replace(/^[^\s"'<>&]+/, '')))
    .join(PAGE_PATH);
}
