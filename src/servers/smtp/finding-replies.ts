/**
 * What the client is told when a message is refused for what the checks of reception found: the reason's status (RFC 3463, RFC 7372, RFC
 * 7505), for good or for now, and words for the postmaster who must act on it.
 */
import type { Finding, FindingReason } from '#mail/receive/inquiry/findings';
import type { Refusing } from '#mail/receive/judgement/verdict';
import { wireReply, type WireReply } from './wire-reply.ts';

interface Told {
  /** Subject and detail of the enhanced status code. */
  readonly status: `${number}.${number}`;
  /** Of a refusal for good; 550 where it is a matter of policy. */
  readonly code?: 550 | 554;
  /** @param subject of the finding: a domain, a zone, a name */
  readonly text: (subject: string) => string;
}

/** A finding that spares refuses nothing. */
const FINDING = {
  listed: {
    status: '7.1',
    text: (zone) => `Your address is on the DNS list ${zone}: ask there to be taken off`,
  },
  'no-reverse-name': {
    status: '7.25',
    text: () => 'Your address has no PTR record whose name leads back to it: set both records',
  },
  'ehlo-own-name': {
    status: '7.1',
    text: (name) => `Your EHLO says ${name}, which is this host: say the name of yours`,
  },
  'ehlo-wrong-address': {
    status: '7.1',
    text: (name) => `Your EHLO says ${name}, which is not your address`,
  },
  'ehlo-not-qualified': {
    status: '7.1',
    text: (name) => `Your EHLO says ${name}, which is no full host name`,
  },
  'sender-domain-unknown': {
    status: '1.8',
    text: (domain) => `The domain ${domain} of the sender has neither MX nor address in the DNS`,
  },
  'sender-domain-no-mail': {
    status: '7.27',
    text: (domain) => `The domain ${domain} of the sender takes no mail (null MX, RFC 7505)`,
  },
  'sender-domain-unresolved': {
    status: '4.3',
    text: (domain) =>
      `The domain ${domain} of the sender cannot be looked up at present: try again later, and check its name servers`,
  },
  'spf-fail': {
    status: '7.23',
    text: (domain) =>
      `The SPF record of ${domain} does not allow your address to send for it (RFC 7208)`,
  },
  'spf-softfail': {
    status: '7.23',
    text: (domain) => `The SPF record of ${domain} does not expect mail from your address`,
  },
  'dkim-body-not-covered': {
    status: '7.21',
    text: (domain) => `The DKIM signature of ${domain} covers only a part of the body (l=)`,
  },
  'dmarc-reject': {
    status: '7.26',
    text: (domain) =>
      `The message fails DMARC, and ${domain} wants such mail rejected: neither SPF nor DKIM passes for the domain of From (RFC 9989)`,
  },
  'dmarc-quarantine': {
    status: '7.26',
    text: (domain) =>
      `The message fails DMARC, and ${domain} wants such mail set apart: neither SPF nor DKIM passes for the domain of From (RFC 9989)`,
  },
  'dmarc-none': {
    status: '7.26',
    text: (domain) =>
      `The message fails DMARC: neither SPF nor DKIM passes for ${domain}, the domain of From (RFC 9989)`,
  },
  'dmarc-temporary': {
    status: '7.0',
    text: (domain) =>
      `Whether ${domain} sent this cannot be looked up at present: try again later, and check its name servers`,
  },
  'header-too-long': {
    status: '6.0',
    code: 554,
    text: () => 'The header is longer than a megabyte',
  },
  'broken-header': {
    status: '6.0',
    code: 554,
    text: () => 'The header holds a line that is no field (RFC 5322 section 2.2)',
  },
  'author-missing': {
    status: '6.0',
    code: 554,
    text: () => 'The message has no From field (RFC 5322 section 3.6)',
  },
  'author-replaced': {
    status: '7.26',
    text: (domain) =>
      `The message has no From field, and another field names ${domain}, for which it fails DMARC (RFC 9989)`,
  },
  'author-unclear': {
    status: '6.0',
    code: 554,
    text: () => 'The message has no From field, and who else is named cannot be read',
  },
  'author-repeated': {
    status: '6.0',
    code: 554,
    text: () => 'The message has more than one From field (RFC 5322 section 3.6)',
  },
  'author-several-domains': {
    status: '7.1',
    text: () => 'From names authors of several domains, which DMARC cannot judge (RFC 9989)',
  },
  'author-unreadable': {
    status: '6.0',
    code: 554,
    text: () => 'The From field cannot be read (RFC 5322 section 3.6.2)',
  },
  'author-shows-another': {
    status: '7.1',
    text: (domain) =>
      `The name in From shows an address of ${domain}, another domain than that of its author`,
  },
  'date-missing': {
    status: '6.0',
    code: 554,
    text: () => 'The message must have one Date field (RFC 5322 section 3.6)',
  },
  'too-many-hops': {
    status: '4.6',
    code: 554,
    text: () => 'Over a hundred Received fields: the message goes in circles',
  },
  'delivered-before': {
    status: '4.6',
    code: 554,
    text: () => 'The message was delivered to this recipient before: it goes in circles',
  },
  greylist: {
    status: '7.1',
    text: (seconds) => `You are not known here yet: send it again in ${seconds} seconds`,
  },
  'content-refused': {
    status: '7.1',
    text: () => 'The content scanner refuses the message; tell postmaster if it is wrong',
  },
  'content-junk': { status: '7.1', text: () => 'The content scanner takes the message for junk' },
  'content-greylist': {
    status: '7.1',
    text: () => 'The message is put off: try again in some minutes',
  },
  // told only beside another reason
  'history-good': { status: '7.0', text: (sender) => `${sender} is known for good mail` },
  'history-poor': {
    status: '7.1',
    text: (sender) => `More of what ${sender} sent was junk than not`,
  },
  'history-bad': {
    status: '7.1',
    text: (sender) => `Nearly all that ${sender} sent was junk`,
  },
} as const satisfies Record<Exclude<FindingReason, 'trusted-forwarder'>, Told>;

const FOR_NOW = 451;

export function findingReply({ reason, subject = '' }: Finding, how: Refusing): WireReply {
  if (reason === 'trusted-forwarder') throw new Error('a finding that spares refuses nothing');
  const { status, code = 550, text }: Told = FINDING[reason];
  return how === 'reject'
    ? wireReply(code, `5.${status}`, text(subject))
    : wireReply(FOR_NOW, `4.${status}`, text(subject));
}
