/** Subscriptions; a name may be subscribed before there is such a mailbox, and after (RFC 9051 §6.3.7). */
import type { MailStore } from './mail-store.ts';
import type { Path } from './names.ts';

export type Subscribed =
  | { readonly kind: 'done' }
  | { readonly kind: 'too-many' }
  | Extract<Path, { kind: 'bad-name' }>;

export async function subscribe(
  _mail: MailStore,
  _accountId: string,
  _path: readonly string[],
  _subscribed: boolean,
): Promise<Subscribed> {
  throw new Error('not yet');
}
