/**
 * What each reason asks for. The one place to read, or to change, what becomes of mail for which reason; settings alter single
 * rows. RFC 9989 §5.4 leaves the last word on a policy with who receives, RFC 7208 §8 leaves all of it.
 */
import type { Finding, FindingReason, Wish } from '#mail/receive/inquiry/findings';

export interface Policies {
  readonly wishes: Readonly<Record<FindingReason, Wish>>;
  /** So many weak signs together make junk; 0: they never do. */
  readonly suspicions: number;
  /** What a finding that spares takes back. */
  readonly spared: ReadonlySet<FindingReason>;
  /** What is no reason to refuse mail: who was bad may be another by now, and has to be able to show it. */
  readonly neverRefuse: ReadonlySet<FindingReason>;
}

const WISHES = {
  // by its zone's setting; what is in none is only told
  listed: 'note',
  'no-reverse-name': 'suspect',
  // RFC 5321 §4.1.4: «MUST NOT refuse to accept a message on that basis»
  'ehlo-own-name': 'junk',
  'ehlo-wrong-address': 'suspect',
  'ehlo-not-qualified': 'suspect',
  'sender-domain-unknown': 'reject',
  'sender-domain-no-mail': 'reject',
  'sender-domain-unresolved': 'temporary',
  'spf-fail': 'junk',
  'spf-softfail': 'suspect',
  'dkim-body-not-covered': 'suspect',
  'dmarc-reject': 'reject',
  'dmarc-quarantine': 'junk',
  'dmarc-none': 'note',
  'dmarc-temporary': 'temporary',
  'trusted-forwarder': 'spare',
  'broken-header': 'junk',
  // who reads on may be shown another author
  'header-too-long': 'reject',
  // nobody is named, so nobody is imitated
  'author-missing': 'suspect',
  // some programs show Sender or Reply-To then
  'author-replaced': 'junk',
  'author-unclear': 'junk',
  'author-repeated': 'reject',
  'author-several-domains': 'reject',
  'author-unreadable': 'reject',
  'author-shows-another': 'suspect',
  'date-missing': 'suspect',
  'too-many-hops': 'reject',
  'delivered-before': 'reject',
  greylist: 'greylist',
  'content-refused': 'reject',
  'content-junk': 'junk',
  'content-greylist': 'greylist',
  // spares greylisting (`checks/greylist.ts`), and no other finding
  'history-good': 'note',
  'history-poor': 'suspect',
  'history-bad': 'junk',
} as const satisfies Record<FindingReason, Wish>;

export interface PolicySettings {
  /** Whether the policy of the author's domain is followed, or only told. */
  readonly honourDmarc: boolean;
  /** What an SPF fail asks for where DMARC does not pass. */
  readonly spfFail: 'note' | 'junk' | 'reject';
  readonly suspicions: number;
}

export const DEFAULT_POLICY_SETTINGS: PolicySettings = {
  honourDmarc: true,
  spfFail: 'junk',
  suspicions: 3,
};

export function policiesOf({ honourDmarc, spfFail, suspicions }: PolicySettings): Policies {
  const ignored = { 'dmarc-reject': 'note', 'dmarc-quarantine': 'note', 'dmarc-temporary': 'note' };
  return {
    wishes: { ...WISHES, 'spf-fail': spfFail, ...((honourDmarc ? {} : ignored) as object) },
    suspicions,
    spared: new Set([
      'dmarc-reject',
      'dmarc-quarantine',
      'spf-fail',
      'spf-softfail',
      'history-poor',
      'history-bad',
    ]),
    neverRefuse: new Set(['history-good', 'history-poor', 'history-bad']),
  };
}

export function wishOf({ reason, wish }: Finding, { wishes }: Policies): Wish {
  return wish ?? wishes[reason];
}
