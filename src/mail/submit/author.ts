/**
 * May this principal write as this author: the reverse-path is empty or theirs; every mailbox of From, Sender, Resent-From and
 * Resent-Sender is theirs by `send_as` (RFC 6409 §6.1, RFC 5322 §3.6.2, §3.6.6).
 */
import { formatMailbox, mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { parseAddressList } from '#protocol/address/address-list';
import { fieldsNamed, fieldValue, type Header } from '#protocol/message/header/fields';
import type { SendAs } from '#store/directory/directory';

export type AuthorRefusal =
  /** RFC 5322 §3.6: From and Sender stand once. */
  | { readonly kind: 'repeated-field'; readonly field: string }
  | { readonly kind: 'unreadable-field'; readonly field: string }
  | { readonly kind: 'not-yours'; readonly field: string; readonly address: string };

export type AuthorJudged =
  | { readonly kind: 'permitted'; readonly from: readonly Mailbox[] }
  | { readonly kind: 'refused'; readonly refusal: AuthorRefusal };

/** Whether a principal may use a mailbox as sender; a subaddress of theirs is theirs. */
export function mayUse(sendAs: SendAs, mailbox: Mailbox): boolean {
  if (sendAs.domains.has(mailbox.domain)) return true;
  const key = mailboxKey(mailbox);
  if (sendAs.addresses.has(key)) return true;
  const at = key.lastIndexOf('@');
  const plus = key.indexOf('+');
  return plus > 0 && plus < at && sendAs.addresses.has(key.slice(0, plus) + key.slice(at));
}

const ONCE = ['From', 'Sender'] as const;
const JUDGED = ['From', 'Sender', 'Resent-From', 'Resent-Sender'] as const;

/** Judges the author fields of a header; a missing From is the caller's to add. */
export function judgeAuthors(sendAs: SendAs, head: Uint8Array, header: Header): AuthorJudged {
  for (const field of ONCE) {
    if (fieldsNamed(header, field).length > 1) return refused({ kind: 'repeated-field', field });
  }
  let from: readonly Mailbox[] = [];
  for (const name of JUDGED) {
    for (const field of fieldsNamed(header, name)) {
      const list = parseAddressList(fieldValue(head, field));
      if (list.kind === 'error' || list.mailboxes.length === 0) {
        return refused({ kind: 'unreadable-field', field: name });
      }
      const mailboxes = list.mailboxes.map(({ mailbox }) => mailbox);
      const foreign = mailboxes.find((mailbox) => !mayUse(sendAs, mailbox));
      if (foreign)
        return refused({ kind: 'not-yours', field: name, address: formatMailbox(foreign) });
      if (name === 'From') from = mailboxes;
    }
  }
  return { kind: 'permitted', from };
}

function refused(refusal: AuthorRefusal): AuthorJudged {
  return { kind: 'refused', refusal };
}
