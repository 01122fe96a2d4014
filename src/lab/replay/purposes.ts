/** What a question of the DNS is asked for, read off its name and type and off the part that the asker has: it sends, or it takes in. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';

export type Part = 'sender' | 'receiver';

export type Purpose =
  | 'mx'
  | 'host-address'
  | 'tlsa'
  | 'mta-sts'
  | 'mta-sts-host'
  | 'tls-report'
  | 'ptr'
  | 'dnsbl'
  | 'sender-mx'
  | 'sender-address'
  | 'spf'
  | 'spf-include'
  | 'dkim'
  | 'dmarc'
  | 'caa'
  | 'dnssec'
  | 'other';

/** @param senders domains that the message names: those of its reverse-path, its EHLO and its author */
export function purposeOf(
  { name, type }: Pick<AskedQuestion, 'name' | 'type'>,
  part: Part,
  senders: readonly string[],
): Purpose {
  switch (type) {
    case 'MX':
      return part === 'sender' ? 'mx' : 'sender-mx';
    case 'A':
    case 'AAAA':
      if (name.startsWith('mta-sts.')) return 'mta-sts-host';
      if (isReversed(name)) return 'dnsbl';
      return part === 'sender' ? 'host-address' : 'sender-address';
    case 'TLSA':
      return 'tlsa';
    case 'PTR':
      return 'ptr';
    case 'CAA':
      return 'caa';
    case 'DS':
    case 'DNSKEY':
      return 'dnssec';
    case 'TXT':
      return textPurpose(name, senders);
    default:
      return 'other';
  }
}

function textPurpose(name: string, senders: readonly string[]): Purpose {
  if (name.startsWith('_mta-sts.')) return 'mta-sts';
  if (name.startsWith('_smtp._tls.')) return 'tls-report';
  if (name.startsWith('_dmarc.')) return 'dmarc';
  if (name.includes('._domainkey.')) return 'dkim';
  if (isReversed(name)) return 'dnsbl';
  return senders.includes(name) ? 'spf' : 'spf-include';
}

/** Four numbers before a zone that is not the reverse tree: a question to a block list (RFC 5782 §2.1). */
function isReversed(name: string): boolean {
  return /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\./.test(name) && !name.endsWith('.arpa');
}

const SENDERS: ReadonlySet<Purpose> = new Set([
  'mx',
  'host-address',
  'tlsa',
  'mta-sts',
  'mta-sts-host',
  'tls-report',
]);

const RECEIVERS: ReadonlySet<Purpose> = new Set([
  'ptr',
  'dnsbl',
  'sender-mx',
  'sender-address',
  'spf',
  'spf-include',
  'dkim',
  'dmarc',
]);

/** Whether somebody with this part has such a question. */
export function belongsTo(purpose: Purpose, part: Part): boolean {
  return (part === 'sender' ? SENDERS : RECEIVERS).has(purpose);
}

/** Whether it takes the content to ask this. */
export function needsContent(purpose: Purpose): boolean {
  return purpose === 'dkim' || purpose === 'dmarc';
}
