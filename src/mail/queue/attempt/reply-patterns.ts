/**
 * What replies of other servers mean for whoever sends, as data. The code alone does not say it: 4.7.0 and 5.7.1 have many causes, so that
 * the words count where the status does not. The first row that fits decides; rows of one provider stand before general ones.
 * `source` is where the row is from, so that it can be looked at again when a provider changes its mind.
 */
import type { Stage } from '#clients/smtp/outcome';

/**
 * - `rate-limited`: too much from us in this time
 * - `reputation`: slowed down, or refused, for what is thought of our address or domain
 * - `blocked`: our address or domain stands on a list
 * - `greylisted`: put off because we are new to this recipient
 * - `authentication`: SPF, DKIM, DMARC, reverse name or TLS of ours is not as it should be
 * - `content`: this message, whoever sends it
 * - `unknown-recipient`: no such mailbox, or it is closed: nothing will ever arrive there
 * - `mailbox`: this recipient's alone: full, or gets too much
 * - `busy`: trouble of theirs
 * - `other`: says nothing of these
 */
export type ReplyMeaning =
  | 'rate-limited'
  | 'reputation'
  | 'blocked'
  | 'greylisted'
  | 'authentication'
  | 'content'
  | 'unknown-recipient'
  | 'mailbox'
  | 'busy'
  | 'other';

export interface ReplyPattern {
  readonly meaning: ReplyMeaning;
  /** 4: only deferrals, 5: only failures; both unless told. By the status. */
  readonly class?: 4 | 5;
  /** Subject and detail of the enhanced status code, `7.28`; or the subject alone, `7.`. Any unless told. */
  readonly status?: readonly string[];
  /** One of these is in the text, in lower case. Any text unless told. */
  readonly words?: readonly string[];
  /** Only there. */
  readonly stages?: readonly Stage[];
  readonly source: string;
}

const GOOGLE = 'Google, SMTP errors and codes, 2026-02';
const YAHOO = 'Yahoo Sender Hub, SMTP error codes, 2026-02';
const MICROSOFT = 'Microsoft, Outlook.com postmaster, 2025-08';
const CODES = 'RFC 3463, RFC 7372 and the IANA registry of enhanced status codes';
const USE = 'common wording of Postfix, Exim and Rspamd';

export const REPLY_PATTERNS: readonly ReplyPattern[] = [
  // RFC 6647: greylisting says so by words alone
  { meaning: 'greylisted', class: 4, words: ['greylist', 'graylist'], source: 'RFC 6647 §5' },

  { meaning: 'rate-limited', status: ['7.28'], source: GOOGLE },
  {
    meaning: 'rate-limited',
    status: ['7.0'],
    words: ['unusual rate', 'rate limit'],
    source: GOOGLE,
  },
  { meaning: 'mailbox', status: ['2.1'], words: ['receiving mail', 'at a rate'], source: GOOGLE },
  {
    meaning: 'authentication',
    status: ['7.0'],
    words: ['ptr record', 'tls required'],
    source: GOOGLE,
  },
  { meaning: 'authentication', status: ['7.29', '7.30', '7.31', '7.32', '7.40'], source: GOOGLE },
  {
    meaning: 'reputation',
    status: ['7.0', '7.1'],
    words: ['reputation', 'try again later', 'unsolicited mail originating'],
    source: GOOGLE,
  },
  {
    meaning: 'content',
    status: ['7.0', '7.1'],
    words: ['likely unsolicited', 'likely spam', 'suspicious', 'not rfc 5322 compliant'],
    source: GOOGLE,
  },

  { meaning: 'rate-limited', class: 4, words: ['[tss', '[ts01]', '[ts02]'], source: YAHOO },
  { meaning: 'reputation', class: 4, words: ['[ts0'], source: YAHOO },
  { meaning: 'content', words: ['[ph0'], source: YAHOO },
  { meaning: 'blocked', class: 5, words: ['[bl2'], source: YAHOO },

  { meaning: 'authentication', status: ['7.515'], source: MICROSOFT },
  {
    meaning: 'unknown-recipient',
    class: 5,
    status: ['4.1'],
    words: ['recipient address rejected: access denied'],
    source: 'Microsoft, directory-based edge blocking of Exchange Online, 2025',
  },
  { meaning: 'rate-limited', words: ['rp-001', 'rp-002', 'rp-003'], source: MICROSOFT },
  { meaning: 'rate-limited', status: ['7.650', '7.651', '7.652'], source: MICROSOFT },
  { meaning: 'blocked', words: ['s3140', 's3150'], source: MICROSOFT },

  {
    meaning: 'authentication',
    status: ['7.20', '7.21', '7.22', '7.23', '7.24', '7.25', '7.26', '7.27'],
    source: CODES,
  },
  {
    meaning: 'unknown-recipient',
    class: 5,
    status: ['1.1', '1.2', '1.3', '1.6', '1.10', '2.1'],
    source: CODES,
  },
  { meaning: 'mailbox', status: ['2.'], source: CODES },
  {
    meaning: 'blocked',
    status: ['7.'],
    words: ['block list', 'blocklist', 'blacklist', 'blocked using', 'spamhaus', 'banned'],
    source: USE,
  },
  {
    meaning: 'rate-limited',
    status: ['7.', '2.', '4.', '0.'],
    words: ['too many messages', 'too many connections', 'rate limit', 'ratelimit', 'throttl'],
    source: USE,
  },
  { meaning: 'reputation', status: ['7.'], words: ['reputation'], source: USE },
  { meaning: 'content', status: ['7.'], words: ['spam'], stages: ['end-of-data'], source: USE },
  { meaning: 'content', status: ['6.'], source: CODES },
  // 4.7.x to RCPT may be greylisting without the word; before it, it can only be about us
  {
    meaning: 'reputation',
    class: 4,
    status: ['7.'],
    stages: ['greeting', 'ehlo', 'mail'],
    source: CODES,
  },
  {
    meaning: 'blocked',
    class: 5,
    status: ['7.'],
    stages: ['greeting', 'ehlo', 'mail'],
    source: CODES,
  },
  { meaning: 'busy', class: 4, status: ['3.', '4.'], source: CODES },
];
