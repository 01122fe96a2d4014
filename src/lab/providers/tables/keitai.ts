/**
 * keitai.test: as Japanese mobile carriers are. People let in the mail of chosen domains alone (domain-shitei jushin), and who is not among
 * them hears the same as for a mailbox that is not there. Little mail a day from whom nobody knows; many unknown recipients close the door.
 */
import type { Provider, Reply, Rule } from '#lab/providers/rule';
import {
  fullMailbox,
  guessedYesterday,
  nobodyVouches,
  noReverseName,
  noSenderDomain,
  notAllowed,
  poorDomain,
  refusedByAuthor,
  tooMuchForOne,
  unknownMailbox,
} from './conditions.ts';
import { addressOverQuota, domainOverQuota } from './rate-conditions.ts';

const DOCOMO = 'docomo, as reported by senders (SendMagic, 2023)';
const SOFTBANK = 'SoftBank, as reported by senders (SendMagic, 2023)';
const JCOM = 'J:COM, as reported by senders (SendMagic, 2023)';

const MOST_FOR_ONE = 20;

/** docomo says it for both: who tries out addresses learns nothing, and an honest sender has to ask the reader. */
const UNKNOWN: Reply = { code: 550, enhanced: '5.1.1', lines: ['Unknown user %to'] };

const TOO_MANY: Reply = {
  code: 421,
  enhanced: '4.7.1',
  lines: ['Too many messages from %ip'],
};

const RULES: readonly Rule[] = [
  {
    id: 'no-ptr',
    stage: 'connect',
    when: noReverseName,
    reply: { code: 550, enhanced: '5.7.25', lines: ['Cannot find your hostname, [%ip]'] },
    source: { of: 'RFC 7372 §3.3', ours: 'all' },
  },
  {
    id: 'many-unknown',
    stage: 'connect',
    when: guessedYesterday(10, 0.2),
    reply: {
      code: 421,
      enhanced: '4.7.1',
      lines: ['%ip is blocked for today: too many unknown users (atesaki fumei)'],
    },
    source: { of: `${DOCOMO}: many unknown users lead to a block`, ours: 'all' },
  },
  {
    id: 'no-domain',
    stage: 'connect',
    when: noSenderDomain,
    reply: { code: 553, enhanced: '5.1.8', lines: ['%spf does not exist'] },
    source: { of: SOFTBANK, ours: 'code' },
  },
  {
    id: 'unknown-user',
    stage: 'rcpt',
    when: unknownMailbox,
    reply: UNKNOWN,
    source: { of: DOCOMO, ours: 'code' },
  },
  {
    id: 'not-allowed',
    stage: 'rcpt',
    when: notAllowed,
    reply: UNKNOWN,
    source: { of: `${DOCOMO}: the same reply for who is not let in`, ours: 'code' },
  },
  {
    id: 'full',
    stage: 'rcpt',
    when: fullMailbox,
    reply: { code: 552, enhanced: '5.2.2', lines: ['Too much mail data %to'] },
    source: { of: DOCOMO, ours: 'code' },
  },
  {
    id: 'too-fast',
    stage: 'rcpt',
    when: tooMuchForOne(MOST_FOR_ONE),
    reply: { code: 450, enhanced: '4.2.1', lines: ['Too many messages to %to'] },
    source: { of: 'our choice', ours: 'all' },
  },
  {
    id: 'dmarc-reject',
    stage: 'data',
    when: refusedByAuthor,
    reply: {
      code: 550,
      enhanced: '5.7.1',
      lines: ['Mail of %from is refused as spoofed (narisumashi)'],
    },
    source: { of: 'our choice', ours: 'all' },
  },
  {
    id: 'rate-ip',
    stage: 'rate',
    when: addressOverQuota,
    reply: TOO_MANY,
    source: { of: JCOM, ours: 'code' },
  },
  {
    id: 'rate-dkim',
    stage: 'rate',
    when: domainOverQuota('dkim'),
    reply: TOO_MANY,
    source: { of: JCOM, ours: 'code' },
  },
  {
    id: 'rate-spf',
    stage: 'rate',
    when: domainOverQuota('spf'),
    reply: TOO_MANY,
    source: { of: JCOM, ours: 'code' },
  },
  {
    id: 'spam-spoofed',
    stage: 'after',
    when: nobodyVouches,
    folder: 'spam',
    source: {
      of: 'au, as reported by senders: taken, and never seen (narisumashi kisei)',
      ours: 'words',
    },
  },
  {
    id: 'spam-reputation',
    stage: 'after',
    when: poorDomain,
    folder: 'spam',
    source: { of: 'our choice', ours: 'all' },
  },
];

export const KEITAI: Provider = {
  name: 'keitai',
  domain: 'keitai.test',
  shown: 'Keitai',
  mx: 'mx.keitai.test',
  out: 'out.keitai.test',
  people: [
    { name: 'sakura', shown: 'さくら', temper: 'friend', asked: true, language: 'ja' },
    {
      name: 'kenji',
      shown: '健二',
      temper: 'friend',
      asked: true,
      language: 'ja',
      // some carriers' phones wrote it
      charset: 'shift_jis',
      allows: ['keitai.test', 'bigmail.test', 'example.test'],
    },
    {
      name: 'yoko',
      shown: '洋子',
      temper: 'reader',
      asked: true,
      language: 'ja',
      allows: ['keitai.test'],
    },
    { name: 'goro', shown: '五郎', temper: 'grumbler', asked: false, language: 'ja' },
    { name: 'fuller', shown: '満', temper: 'busy', box: 'full', asked: true, language: 'ja' },
  ],
  crowds: [
    { prefix: 'reader', count: 2000, asked: true, language: 'ja', tempers: { reader: 6, busy: 4 } },
    {
      prefix: 'guest',
      count: 2000,
      asked: false,
      language: 'ja',
      tempers: { reader: 1, busy: 6, grumbler: 3 },
    },
  ],
  rules: RULES,
  growth: {
    first: 10,
    least: 3,
    most: 500,
    bulkLine: 50,
    bad: { spamRate: 0.005, fewestComplaints: 2, unknownRate: 0.1, fewestUnknown: 5, pressed: 0.5 },
    noOneClick: Infinity,
    forgets: 30,
  },
  dnsList: undefined,
  reports: { dmarc: false, tls: false, complaints: false },
  mtaSts: false,
  language: 'ja',
  charset: 'iso-2022-jp',
  signature: 'keitai',
};
