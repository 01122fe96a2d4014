/**
 * Who is to blame for what was found (docs/decisions/0027). Whoever passes on mail of others, as lists and forwarders do, breaks SPF and
 * DMARC of their authors without having done wrong: its domain does not answer for that, though the network it came from may be the one
 * that forges. What history itself found is nobody's blame, else one bad week would feed on itself.
 */
import type { FindingReason } from '#mail/receive/inquiry/findings';

/** `sender`: the network, and the domains that are vouched for · `host`: the network alone. */
export type Blame = 'sender' | 'host' | 'nobody';

export const BLAME = {
  listed: 'host',
  'no-reverse-name': 'host',
  'ehlo-own-name': 'host',
  'ehlo-wrong-address': 'host',
  'ehlo-not-qualified': 'host',
  'sender-domain-unknown': 'host',
  'sender-domain-no-mail': 'host',
  'sender-domain-unresolved': 'nobody',
  'spf-fail': 'host',
  'spf-softfail': 'host',
  'dkim-body-not-covered': 'sender',
  'dmarc-reject': 'host',
  'dmarc-quarantine': 'host',
  'dmarc-none': 'host',
  'dmarc-temporary': 'nobody',
  'trusted-forwarder': 'nobody',
  'broken-header': 'sender',
  'header-too-long': 'sender',
  'author-missing': 'sender',
  'author-replaced': 'sender',
  'author-unclear': 'sender',
  'author-repeated': 'sender',
  'author-several-domains': 'sender',
  'author-unreadable': 'sender',
  'author-shows-another': 'sender',
  'date-missing': 'sender',
  // a circle has several corners
  'too-many-hops': 'nobody',
  'delivered-before': 'nobody',
  greylist: 'nobody',
  'content-refused': 'sender',
  'content-junk': 'sender',
  'content-greylist': 'nobody',
  'history-good': 'nobody',
  'history-poor': 'nobody',
  'history-bad': 'nobody',
} as const satisfies Record<FindingReason, Blame>;

export function isBlamed(kind: 'network' | 'domain', reason: FindingReason): boolean {
  return BLAME[reason] === 'sender' || (kind === 'network' && BLAME[reason] === 'host');
}
