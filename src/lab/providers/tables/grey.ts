/** grey.test: a small house that greylists. It takes nearly everything, but never the first time. */
import type { Provider, Rule } from '#lab/providers/rule';
import { firstTry, refusedByAuthor, unknownMailbox } from './conditions.ts';

const FIVE_MINUTES = 5 * 60 * 1000;

const RULES: readonly Rule[] = [
  {
    id: 'unknown-user',
    stage: 'rcpt',
    when: unknownMailbox,
    reply: {
      code: 550,
      enhanced: '5.1.1',
      lines: ['<%to>: Recipient address rejected: User unknown'],
    },
    source: { of: 'common wording of Postfix', ours: 'words' },
  },
  {
    id: 'greylisted',
    stage: 'rcpt',
    when: firstTry,
    reply: {
      code: 451,
      enhanced: '4.7.1',
      lines: ['Greylisted: please try again in five minutes'],
    },
    later: {
      after: FIVE_MINUTES,
      becomes: 'passes',
      subject: ({ client, to }) => `${client.ip} ${client.reversePath} ${to}`.toLowerCase(),
    },
    source: { of: 'RFC 6647 §5', ours: 'words' },
  },
  {
    id: 'dmarc-reject',
    stage: 'data',
    when: refusedByAuthor,
    reply: { code: 550, enhanced: '5.7.1', lines: ['Rejected by the DMARC policy of %from'] },
    source: { of: 'RFC 9989 §5.4', ours: 'words' },
  },
];

export const GREY: Provider = {
  name: 'grey',
  domain: 'grey.test',
  shown: 'Grey',
  mx: 'mx.grey.test',
  out: 'out.grey.test',
  people: [
    { name: 'dora', shown: 'Dora', temper: 'friend', asked: true, language: 'en' },
    { name: 'hugo', shown: 'Hugo', temper: 'reader', asked: true, language: 'en' },
  ],
  crowds: [{ prefix: 'reader', count: 1000, asked: true, language: 'en', tempers: { reader: 1 } }],
  rules: RULES,
  growth: {
    first: 10_000,
    least: 10_000,
    most: 10_000,
    bulkLine: 10_000,
    bad: { spamRate: 1, fewestComplaints: 1000, unknownRate: 1, fewestUnknown: 1000, pressed: 1 },
    noOneClick: Infinity,
    forgets: 30,
  },
  dnsList: undefined,
  reports: { dmarc: false, tls: false, complaints: false },
  mtaSts: false,
  language: 'en',
  charset: 'utf-8',
  signature: 'grey',
};
