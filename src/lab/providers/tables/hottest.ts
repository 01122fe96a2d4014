/**
 * hottest.test: as Microsoft's Outlook.com is. It looks at authentication and complaints, slows down by address, and lays aside in the junk
 * folder what others refuse.
 */
import type { Provider, Reply, Rule } from '#lab/providers/rule';
import {
  badAddress,
  bulkNotAuthenticated,
  closedMailbox,
  fullMailbox,
  listed,
  manyComplaints,
  nobodyVouches,
  noReverseName,
  poorDomain,
  quarantinedByAuthor,
  refusedByAuthor,
  severalAuthors,
  unknownMailbox,
} from './conditions.ts';
import { addressOverQuota, domainOverQuota } from './rate-conditions.ts';

const POST = 'Microsoft, Strengthening Email Ecosystem, post v4 (2025-04-30)';
const POSTMASTER = 'Microsoft, Outlook.com postmaster';
const NDR = 'Microsoft, NDR codes of Exchange Online';
const REPORTED = 'senders, as reported to Microsoft’s forums and bounce lists (2025)';

const BUSY: Reply = {
  code: 451,
  enhanced: '4.7.500',
  lines: ['Server busy. Please try again later from [%ip]. (S77719)'],
};

const RULES: readonly Rule[] = [
  {
    id: 'listed',
    stage: 'connect',
    when: listed,
    reply: {
      code: 550,
      enhanced: '5.7.1',
      lines: [
        'Messages from [%ip] were not sent: part of its network',
        'is on our block list (S3140). https://dnsbl.test/?ip=%ip',
      ],
    },
    source: { of: POSTMASTER, ours: 'words' },
  },
  {
    id: 'no-ptr',
    stage: 'connect',
    when: noReverseName,
    reply: {
      code: 550,
      enhanced: '5.7.25',
      lines: ['Access denied, the address [%ip] has no reverse name that leads back to it.'],
    },
    source: { of: 'RFC 7372 §3.3', ours: 'all' },
  },
  {
    id: 'ip-reputation',
    stage: 'connect',
    when: badAddress('poor'),
    reply: {
      code: 451,
      enhanced: '4.7.650',
      lines: [
        'The mail server [%ip] has been temporarily rate limited',
        'due to IP reputation. (S775)',
      ],
    },
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'unknown-user',
    stage: 'rcpt',
    when: unknownMailbox,
    reply: {
      code: 550,
      enhanced: '5.5.0',
      lines: ['Requested action not taken: mailbox unavailable: %to (S2017062302)'],
    },
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'inactive',
    stage: 'rcpt',
    when: closedMailbox,
    reply: { code: 550, enhanced: '5.2.1', lines: ['Mailbox disabled: %to'] },
    source: { of: NDR, ours: 'words' },
  },
  {
    id: 'full',
    stage: 'rcpt',
    when: fullMailbox,
    reply: { code: 552, enhanced: '5.2.2', lines: ['Mailbox full: %to'] },
    source: { of: NDR, ours: 'words' },
  },
  {
    id: 'bad-from',
    stage: 'data',
    when: severalAuthors,
    reply: {
      code: 550,
      enhanced: '5.7.512',
      lines: [
        'Access denied, the message must comply with RFC 5322',
        'section 3.6.2 and have a valid From address.',
      ],
    },
    source: { of: NDR, ours: 'words' },
  },
  {
    id: 'dmarc-reject',
    stage: 'data',
    when: refusedByAuthor,
    reply: {
      code: 550,
      enhanced: '5.7.509',
      lines: [
        'Access denied, sending domain [%from] does not pass',
        'DMARC verification and has a DMARC policy of reject.',
      ],
    },
    source: { of: NDR, ours: 'words' },
  },
  {
    id: 'bulk-authentication',
    stage: 'data',
    when: bulkNotAuthenticated,
    reply: {
      code: 550,
      enhanced: '5.7.515',
      lines: [
        'Access denied, sending domain [%from] does not meet',
        'the required authentication level.',
      ],
    },
    source: { of: POST },
  },
  {
    id: 'rate-ip',
    stage: 'rate',
    when: addressOverQuota,
    reply: {
      code: 421,
      enhanced: '4.7.650',
      lines: ['The mail server [%ip] has exceeded the rate limit', 'allowed (RP-001).'],
    },
    source: { of: `${POSTMASTER}: RP-001`, ours: 'code' },
  },
  {
    id: 'rate-dkim',
    stage: 'rate',
    when: domainOverQuota('dkim'),
    reply: BUSY,
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'rate-spf',
    stage: 'rate',
    when: domainOverQuota('spf'),
    reply: BUSY,
    source: { of: REPORTED, ours: 'words' },
  },
  {
    id: 'junk-unauthenticated',
    stage: 'after',
    when: nobodyVouches,
    folder: 'spam',
    source: { of: POST, ours: 'words' },
  },
  {
    id: 'junk-quarantine',
    stage: 'after',
    when: quarantinedByAuthor,
    folder: 'spam',
    source: { of: 'RFC 9989 §5.4' },
  },
  {
    id: 'junk-complaints',
    stage: 'after',
    when: manyComplaints(0.003, 2),
    folder: 'spam',
    source: { of: 'our choice: Microsoft names no rate', ours: 'all' },
  },
  {
    id: 'junk-reputation',
    stage: 'after',
    when: poorDomain,
    folder: 'spam',
    source: { of: 'our choice', ours: 'all' },
  },
];

export const HOTTEST: Provider = {
  name: 'hottest',
  domain: 'hottest.test',
  shown: 'Hottest',
  mx: 'mx.hottest.test',
  out: 'out.hottest.test',
  people: [
    { name: 'yuki', shown: 'Yuki', temper: 'friend', asked: true, language: 'ja' },
    { name: 'olivia', shown: 'Olivia', temper: 'reader', asked: true, language: 'en' },
    { name: 'liam', shown: 'Liam', temper: 'saver', asked: true, language: 'en' },
    { name: 'mona', shown: 'Mona', temper: 'grumbler', asked: false, language: 'en' },
    { name: 'ivan', shown: 'Ivan', temper: 'grumbler', asked: false, language: 'en' },
    { name: 'fuller', shown: 'Fuller', temper: 'busy', box: 'full', asked: true, language: 'en' },
    { name: 'rip', shown: 'Rip', temper: 'busy', box: 'closed', asked: true, language: 'en' },
    { name: 'ghost', shown: 'Ghost', temper: 'busy', box: 'late', asked: true, language: 'en' },
  ],
  crowds: [
    {
      prefix: 'reader',
      count: 5000,
      asked: true,
      language: 'en',
      tempers: { reader: 5, busy: 4, saver: 1 },
    },
    {
      prefix: 'guest',
      count: 5000,
      asked: false,
      language: 'en',
      tempers: { reader: 2, busy: 6, grumbler: 2 },
    },
  ],
  rules: RULES,
  growth: {
    first: 20,
    least: 5,
    most: 3000,
    bulkLine: 50,
    bad: { spamRate: 0.003, fewestComplaints: 2, unknownRate: 0.15, fewestUnknown: 5, pressed: 1 },
    noOneClick: Infinity,
    forgets: 30,
  },
  dnsList: 'dnsbl.test',
  reports: { dmarc: true, tls: false, complaints: false },
  mtaSts: false,
  language: 'en',
  charset: 'utf-8',
  signature: 'hottest',
};
