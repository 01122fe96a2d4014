/**
 * A reader presses «unsubscribe» in their mail program: the program reads List-Unsubscribe of the newest letter that offers one click (RFC 8058),
 * and sends the one POST to its URL, over HTTPS by the roots of the practice Internet. What the owner of the list makes of it is for them.
 */
import { utf8 } from '#bytes';
import { httpsPost } from '#clients/https/post';
import type { Dialer } from '#clients/smtp/dial';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import type { Resolver } from '#protocol/dns/resolver';
import type { Pool } from '#store/database/open';
import { listProviderMail, readProviderMail } from '#store/lab/provider-mail';

export interface LeavingParts {
  readonly pool: Pool;
  readonly dialer: Dialer;
  readonly resolver: Resolver;
  /** PEM. */
  readonly trustedRoots: readonly string[];
  readonly mayReach: (address: string) => boolean;
}

export type Left =
  | { readonly kind: 'no-letter' }
  /** The mail program shows no button. */
  | { readonly kind: 'no-button'; readonly letters: number }
  | { readonly kind: 'left'; readonly url: string; readonly letter: string }
  | { readonly kind: 'failed'; readonly url: string; readonly reason: string };

/** Letters that the program looks at, the newest first. */
const LETTERS = 20;
const PATIENCE = 20_000;
const MOST_OCTETS = 256 * 1024;

/** @param provider its name @param person the local part, in lower case */
export async function leaveList(
  { pool, ...parts }: LeavingParts,
  provider: string,
  person: string,
): Promise<Left> {
  const letters = await listProviderMail(pool, { provider, person, limit: LETTERS });
  if (letters.length === 0) return { kind: 'no-letter' };
  for (const { id } of letters) {
    const letter = await readProviderMail(pool, { provider, person, id });
    const url = letter && oneClickUrl(letter.raw);
    if (url === undefined) continue;
    const body = utf8('List-Unsubscribe=One-Click');
    const answer = await httpsPost(url.hostname, `${url.pathname}${url.search}`, body, {
      resolver: parts.resolver,
      dialer: parts.dialer,
      mayReach: parts.mayReach,
      ca: parts.trustedRoots,
      mediaType: 'application/x-www-form-urlencoded',
      maxOctets: MOST_OCTETS,
      timeoutMs: PATIENCE,
    });
    return answer.kind === 'body'
      ? { kind: 'left', url: url.href, letter: id }
      : { kind: 'failed', url: url.href, reason: `${answer.reason} ${answer.detail}` };
  }
  return { kind: 'no-button', letters: letters.length };
}

/** RFC 8058 §3.1: the https address, where the field for the click stands beside it. */
export function oneClickUrl(letter: Uint8Array): URL | undefined {
  const header = splitHeader(letter);
  const values = (name: string): string[] =>
    fieldsNamed(header, name).map((field) => fieldValue(letter, field));
  const posts = values('List-Unsubscribe-Post').some(
    (value) => value.replaceAll(/\s/g, '').toLowerCase() === 'list-unsubscribe=one-click',
  );
  const [ways = ''] = values('List-Unsubscribe');
  const [, address] =
    /<\s*(https:[^>\s]{1,2000})\s*>/i.exec(ways.replaceAll(/\r?\n[ \t]/g, '')) ?? [];
  const url = address === undefined ? null : URL.parse(address);
  // on port 443, as URLs in the practice Internet say
  return posts && url !== null && url.port === '' ? url : undefined;
}
