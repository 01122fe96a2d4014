/**
 * The way out of it that bulk mail gets where its author gave none: List-Unsubscribe (RFC 2369) with an address for mail and one for the web, and the
 * promise that one POST is enough (RFC 8058 §3.1). For each recipient, since whoever has the token of somebody else takes that one off the list. Pure.
 */
import { utf8 } from '#bytes';
import { formatMailbox } from '#protocol/address/mailbox';
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import type { EnvelopeRecipient } from '#mail/receive/envelope';
import type { Content } from '#mail/receive/intake';
import { ALL_BULK } from '#store/suppression';
import { leavingAddress } from './by-mail.ts';
import { sealToken, type TokenKeys } from './token.ts';

export interface Offering {
  readonly keys: TokenKeys;
  /** Of the page, without its token: `https://mail.example.test/u/`; undefined where nobody could reach it. */
  readonly page: string | undefined;
}

export interface Offered {
  readonly tenantId: string;
  readonly messageId: string;
  /** Of the author, in A-labels; here. */
  readonly domain: string;
  /** Undefined: the mail is of no list, and who leaves gets no bulk mail at all. */
  readonly listId: string | undefined;
}

/** The path below which tokens stand. */
export const PAGE_PATH = '/u/';

/** What the author gave. */
export function wayOutOf({
  head,
  header,
}: Pick<Content, 'head' | 'header'>): 'one-click' | 'other' | 'none' {
  const given = fieldsNamed(header, 'List-Unsubscribe').map((field) => fieldValue(head, field));
  if (given.length === 0) return 'none';
  const isPosted = fieldsNamed(header, 'List-Unsubscribe-Post').length > 0;
  return isPosted && given.some((value) => /<\s*https:/i.test(value)) ? 'one-click' : 'other';
}

/** The fields for a recipient, each with its line end; undefined where the token does not fit. */
export function wayOutFields(
  { keys, page }: Offering,
  { tenantId, messageId, domain, listId }: Offered,
  { id, mailbox }: Pick<EnvelopeRecipient, 'id' | 'mailbox'>,
): Uint8Array | undefined {
  const token = sealToken(keys, {
    tenantId,
    messageId,
    recipientId: id,
    stream: listId ?? ALL_BULK,
    address: formatMailbox(mailbox),
  });
  if (token === undefined) return undefined;
  const byMail = `<mailto:${leavingAddress(keys, domain)}?subject=${token}>`;
  // RFC 8058 §3.1: without a URL there is nothing to post to
  if (page === undefined) return utf8(`List-Unsubscribe: ${byMail}\r\n`);
  return utf8(
    `List-Unsubscribe: <${page}${token}>,\r\n ${byMail}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`,
  );
}
