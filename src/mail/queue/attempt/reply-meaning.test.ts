import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPLY_PATTERNS } from './reply-patterns.ts';
import { meaningOf, type ReplyMeaning, type SaidReply } from './reply-meaning.ts';

/** Replies as the providers' pages have them, shortened. */
const REPLIES: readonly (readonly [ReplyMeaning, SaidReply['stage'], string, string])[] = [
  ['rate-limited', 'end-of-data', '4.7.28', 'Gmail has detected an unusual rate of mail'],
  ['rate-limited', 'end-of-data', '5.7.28', 'There is an unusual rate of unsolicited mail'],
  ['rate-limited', 'mail', '4.7.0', 'Our system has detected an unusual rate of mail from you'],
  ['reputation', 'end-of-data', '4.7.0', 'This message is from an IP of very low reputation'],
  ['reputation', 'mail', '4.7.0', 'Try again later, closing connection. gsmtp'],
  ['reputation', 'end-of-data', '5.7.1', 'refused due to the very low reputation of the domain'],
  ['content', 'end-of-data', '5.7.1', 'this message is likely unsolicited mail'],
  ['content', 'end-of-data', '5.7.1', 'Messages missing a valid From are not RFC 5322 compliant'],
  ['authentication', 'mail', '4.7.23', 'The IP address sending this message has no PTR record'],
  ['authentication', 'end-of-data', '5.7.26', 'This mail has been blocked: unauthenticated'],
  ['authentication', 'end-of-data', '5.7.515', 'Access denied, sending domain does not pass'],
  ['authentication', 'rcpt', '4.7.0', 'TLS required for RCPT domain'],
  ['rate-limited', 'mail', '4.7.0', '[TSS04] Messages from 192.0.2.1 temporarily deferred'],
  ['reputation', 'mail', '4.7.1', '[TS03] All messages will be permanently deferred'],
  ['rate-limited', 'mail', '4.7.650', 'The mail server has been temporarily rate limited'],
  ['blocked', 'mail', '5.7.1', 'part of their network is on our block list (S3140)'],
  ['blocked', 'rcpt', '5.7.1', 'Client host [192.0.2.1] blocked using zen.spamhaus.org'],
  ['blocked', 'greeting', '5.7.1', 'go away'],
  ['greylisted', 'rcpt', '4.7.1', 'Greylisted, see http://postgrey'],
  ['greylisted', 'mail', '4.7.1', 'GREYLISTED'],
  ['other', 'rcpt', '4.7.1', 'try again'],
  ['unknown-recipient', 'rcpt', '5.1.1', 'The email account does not exist'],
  [
    'unknown-recipient',
    'rcpt',
    '5.4.1',
    'Recipient address rejected: Access denied. AS(201806281)',
  ],
  ['unknown-recipient', 'rcpt', '5.2.1', 'The account is disabled'],
  ['mailbox', 'rcpt', '4.2.1', 'The user is receiving mail at a rate that prevents more'],
  ['mailbox', 'rcpt', '4.2.2', 'over quota'],
  ['busy', 'end-of-data', '4.3.0', 'Server busy'],
  ['other', 'rcpt', '5.0.0', 'no'],
];

for (const [meaning, stage, status, text] of REPLIES) {
  test(`${status} «${text}» at ${stage} means ${meaning}`, () => {
    assert.equal(meaningOf({ stage, status, text }), meaning);
  });
}

test('every row names its source, asks for something, and has its words in lower case', () => {
  for (const { source, status, words, meaning } of REPLY_PATTERNS) {
    assert.ok(source.length > 0, meaning);
    assert.ok(status !== undefined || words !== undefined, meaning);
    for (const word of words ?? []) assert.equal(word, word.toLowerCase());
  }
});

test('a reply of any length is read in its beginning alone', () => {
  const text = `${'x'.repeat(1_000_000)} greylisted`;
  assert.equal(meaningOf({ stage: 'rcpt', status: '4.7.1', text }), 'other');
});
