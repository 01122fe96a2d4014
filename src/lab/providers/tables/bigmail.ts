/** bigmail.test: strict, as Gmail is. Google's line for bulk mail, 5,000 messages a day, is 50 here. */
import type { Provider } from '#lab/providers/rule';
import { BIGMAIL_RULES } from './bigmail-rules.ts';

export const BIGMAIL: Provider = {
  name: 'bigmail',
  domain: 'bigmail.test',
  shown: 'BigMail',
  mx: 'mx.bigmail.test',
  out: 'out.bigmail.test',
  people: [
    { name: 'hana', shown: 'Hana', temper: 'friend', asked: true, language: 'ja' },
    { name: 'taro', shown: 'Taro', temper: 'reader', asked: true, language: 'ja' },
    { name: 'emma', shown: 'Emma', temper: 'saver', asked: true, language: 'en' },
    { name: 'noah', shown: 'Noah', temper: 'busy', asked: true, language: 'en' },
    { name: 'grace', shown: 'Grace', temper: 'grumbler', asked: false, language: 'en' },
    { name: 'victor', shown: 'Victor', temper: 'grumbler', asked: false, language: 'en' },
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
      tempers: { reader: 6, busy: 3, saver: 1 },
    },
    {
      prefix: 'guest',
      count: 5000,
      asked: false,
      language: 'en',
      tempers: { reader: 2, busy: 6, grumbler: 2 },
    },
  ],
  rules: BIGMAIL_RULES,
  growth: {
    first: 20,
    least: 5,
    most: 5000,
    bulkLine: 50,
    bad: {
      spamRate: 0.003,
      fewestComplaints: 2,
      unknownRate: 0.1,
      fewestUnknown: 5,
      pressed: 1,
    },
    noOneClick: 5,
    forgets: 30,
  },
  dnsList: 'dnsbl.test',
  reports: { dmarc: true, tls: true, complaints: false },
  mtaSts: true,
  language: 'en',
  charset: 'utf-8',
  signature: 'bmsmtp',
};
