/**
 * Why mail to an address failed, and what that says of the address: from the enhanced status code (RFC 3463, RFC 5248), and from the words
 * where the code is general, or names a policy though the words say that there is no mailbox. Pure; linear in a bounded text.
 */
import { parseEnhancedCode } from '#protocol/smtp/enhanced-code';
import type { BounceReason } from './reason.ts';
import { WORDS, WORDS_OF_STATUS, type WordRow } from './words.ts';

/**
 * - `hard`: the address takes no mail, and will not
 * - `soft`: not this time
 * - `ours`: it says something of us or of the message, and nothing of the address
 */
export type BounceClass = 'hard' | 'soft' | 'ours';

export interface Failure {
  /** Enhanced status code. */
  readonly status: string | undefined;
  /** Reply code. */
  readonly code: number | undefined;
  /** The reply, or what a notice says. */
  readonly text: string;
  /** It was refused after the content, where it is known: who does not know a recipient says so before. */
  readonly afterContent?: boolean;
}

const CLASS_OF = {
  'no-mailbox': 'hard',
  'no-domain': 'hard',
  moved: 'hard',
  'takes-no-mail': 'hard',
  disabled: 'hard',
  full: 'soft',
  filtered: 'soft',
  unreachable: 'soft',
  busy: 'soft',
  expired: 'soft',
  content: 'ours',
  policy: 'ours',
  unknown: 'soft',
} as const satisfies Record<BounceReason, BounceClass>;

export interface Classified {
  readonly class: BounceClass;
  readonly reason: BounceReason;
}

export function classifyBounce(failure: Failure): Classified {
  const reason = reasonOf(failure);
  const found = CLASS_OF[reason];
  // what is not refused for good says nothing for good
  return { class: found === 'hard' && isForNow(failure) ? 'soft' : found, reason };
}

function isForNow({ status, code }: Failure): boolean {
  return code === undefined ? (status ?? '').startsWith('4') : code < 500;
}

/** No table has it. */
const NO_STATUS = '';

function reasonOf({ status, text, afterContent = false }: Failure): BounceReason {
  const code = status === undefined ? undefined : parseEnhancedCode(status);
  const key = code ? `${code.subject}.${code.detail}` : NO_STATUS;
  const words = wordsOf(text);
  const special = reasonIn(words, WORDS_OF_STATUS[key] ?? []);
  if (special !== undefined) return special;
  const said = reasonIn(words, WORDS);
  const exact = BY_STATUS[key];
  if (exact !== undefined) return isDoubtful(exact, said) ? said : exact;
  if (said === 'no-mailbox' && afterContent) return 'filtered';
  return (
    said ??
    BY_DOUBTFUL_STATUS[status?.slice(2) ?? ''] ??
    BY_SUBJECT[code?.subject ?? 0] ??
    'unknown'
  );
}

/** The code says that the address takes no mail, and the words that it is for us, or for the message. */
function isDoubtful(exact: BounceReason, said: BounceReason | undefined): said is BounceReason {
  return CLASS_OF[exact] === 'hard' && said !== undefined && CLASS_OF[said] === 'ours';
}

/** Longer text is no reply. */
const MAX_WORDS = 4096;

/** In lower case with single spaces, without addresses: what they are called says nothing. */
function wordsOf(text: string): string {
  const words = text.slice(0, MAX_WORDS).toLowerCase().split(/\s+/);
  return words.filter((word) => !word.includes('@')).join(' ');
}

function reasonIn(words: string, rows: readonly WordRow[]): BounceReason | undefined {
  return rows.find(([, phrases]) => phrases.some((phrase) => words.includes(phrase)))?.[0];
}

/** RFC 3463 §3.2 to §3.8, RFC 7505 §6, and the registry of RFC 5248. */
const BY_STATUS: Readonly<Record<string, BounceReason>> = {
  '1.1': 'no-mailbox',
  '1.2': 'no-domain',
  '1.3': 'no-mailbox',
  '1.4': 'no-mailbox',
  '1.6': 'moved',
  '1.7': 'policy',
  '1.8': 'policy',
  '1.10': 'takes-no-mail',
  '2.2': 'full',
  '2.3': 'content',
  '2.4': 'unreachable',
  '3.1': 'full',
  '3.2': 'busy',
  '3.4': 'content',
  '4.1': 'unreachable',
  '4.2': 'unreachable',
  '4.3': 'unreachable',
  '4.5': 'busy',
  '4.6': 'unreachable',
  '4.7': 'expired',
};

/** Some say it of too much mail, in words. */
const BY_DOUBTFUL_STATUS: Readonly<Record<string, BounceReason>> = { '2.1': 'disabled' };

/** Where neither the whole code nor a word decides. */
const BY_SUBJECT: Readonly<Record<number, BounceReason>> = {
  4: 'unreachable',
  5: 'content',
  6: 'content',
  7: 'policy',
};
