/** COPY and MOVE within an account: only narrow rows are written, the messages are shared (RFC 9051 §6.4.7, §6.4.8). */
import type { MailStore } from './mail-store.ts';

export interface CopyRequest {
  readonly from: string;
  /** Rising. */
  readonly uids: Uint32Array;
  readonly to: string;
}

export type Copied =
  | {
      readonly kind: 'copied';
      /** Of the mailbox copied to. */
      readonly uidValidity: number;
      /** Those that were there, rising; `destination` has their new UIDs at the same places, rising too. */
      readonly source: Uint32Array;
      readonly destination: Uint32Array;
      /** Of the last change. */
      readonly modseq: number;
    }
  | { readonly kind: 'no-such-mailbox'; readonly which: 'from' | 'to' };

/** All or none. Takes no quota: an account counts a message once, however many mailboxes show it. */
export async function copyMessages(
  _mail: MailStore,
  _accountId: string,
  _request: CopyRequest,
): Promise<Copied> {
  throw new Error('not yet');
}

export async function moveMessages(
  _mail: MailStore,
  _accountId: string,
  _request: CopyRequest,
): Promise<Copied> {
  throw new Error('not yet');
}
