/**
 * What the checks of reception find. A finding says what was found, never what becomes of the message: what each reason asks for
 * stands in `judgement/policies.ts`, and `judgement/verdict.ts` alone decides. A new reason does not compile before it has its wish, its reply
 * and its text in both languages.
 */
import type { CheckName } from './facts.ts';

/**
 * What a finding asks for. `note`: told, and nothing more · `suspect`: a weak sign, which weighs only with others ·
 * `junk`, `reject` · `greylist`, `temporary`: the client is to come again, because it is unknown, or because something
 * could not be found out now · `spare`: the findings that the policies name are not to count.
 */
export type Wish = 'note' | 'suspect' | 'junk' | 'greylist' | 'temporary' | 'reject' | 'spare';

export interface Finding {
  readonly check: CheckName;
  readonly reason: FindingReason;
  /** Undefined: of the whole message. */
  readonly recipientId?: number;
  /** What it is about: a domain, a zone, the name of a rule. Goes into replies and texts. */
  readonly subject?: string;
  /** Where a setting for the subject says what is to happen, instead of the wish of the reason. */
  readonly wish?: Wish;
}

export type FindingReason =
  /** A DNS list names the client; the setting of its zone says what that means. */
  | 'listed'
  /** The address has no name that leads back to it (RFC 8601 §2.7.3). */
  | 'no-reverse-name'
  /** The client greets with our own name. */
  | 'ehlo-own-name'
  /** … with an address literal that is not its address. */
  | 'ehlo-wrong-address'
  /** … with a name that is no domain name of several labels. */
  | 'ehlo-not-qualified'
  /** The domain of the reverse-path does not exist, or has neither MX nor address: nobody could be answered. */
  | 'sender-domain-unknown'
  /** … says that it takes no mail (RFC 7505 §4.2). */
  | 'sender-domain-no-mail'
  /** … could not be looked up now. */
  | 'sender-domain-unresolved'
  | 'spf-fail'
  | 'spf-softfail'
  /** A DKIM signature covers only the beginning of the body (l=). */
  | 'dkim-body-not-covered'
  /** DMARC fails, and the author's domain wants that refused, or set apart, or nothing (RFC 9989 §5.3.6). */
  | 'dmarc-reject'
  | 'dmarc-quarantine'
  | 'dmarc-none'
  /** DMARC could not be judged now. */
  | 'dmarc-temporary'
  /** The message came by a list or forwarder that the recipient trusts. */
  | 'trusted-forwarder'
  /** A line of the header is no field. */
  | 'broken-header'
  /** The header is longer than what is looked at. */
  | 'header-too-long'
  /** No From; several; with authors of several domains; unreadable (RFC 5322 §3.6.2). */
  | 'author-missing'
  | 'author-repeated'
  | 'author-several-domains'
  | 'author-unreadable'
  /** Nobody is the author, and who is named in another field instead fails DMARC by a policy; is hard to tell. */
  | 'author-replaced'
  | 'author-unclear'
  /** The display name shows an address of another domain. */
  | 'author-shows-another'
  | 'date-missing'
  /** Over a hundred Received fields (RFC 5321 §6.3). */
  | 'too-many-hops'
  /** Our own Delivered-To for this recipient stands in it already. */
  | 'delivered-before'
  /** Nobody here knows the sender yet (RFC 6647). */
  | 'greylist'
  /** The content scanner says so. */
  | 'content-refused'
  | 'content-junk'
  | 'content-greylist'
  /** What became of mail of the client, or of a domain that is vouched for: well; not well; nearly all of it junk. */
  | 'history-good'
  | 'history-poor'
  | 'history-bad';
