import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldInLog } from './told-in-log.ts';

const LOG = `Nov 26 11:40:01 mx postfix/smtp[12]: 0123AB: to=<bob@example.test>, relay=127.20.25.25[127.20.25.25]:2525, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 OK 06ysj)
Nov 26 11:40:02 mx postfix/smtp[12]: 4567CD: to=<no@example.test>, relay=127.20.25.25[127.20.25.25]:2525, delay=0.1, delays=0/0/0/0.1, dsn=5.1.1, status=bounced (host 127.20.25.25[127.20.25.25] said: 550 5.1.1 no such mailbox (in reply to RCPT TO command))
Nov 26 11:40:03 mx postfix/error[13]: 89EF01: to=<x@y.test>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.3, status=deferred (temporary)
Nov 26 11:40:04 mx postfix/smtp[12]: 23AB45: to=<status=sent@example.test>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred (connect to 127.20.25.25[127.20.25.25]:2525: Connection refused)
`;

test('what became of a message is read by its queue id, in the words of the host that said it', () => {
  assert.deepEqual(toldInLog(LOG, '0123AB'), { kind: 'sent', said: '250 2.0.0 OK 06ysj' });
  assert.deepEqual(toldInLog(LOG, '4567CD'), { kind: 'failed', said: '550 5.1.1 no such mailbox' });
  assert.deepEqual(toldInLog(LOG, '89EF01'), { kind: 'later', said: 'temporary' });
  assert.equal(toldInLog(LOG, '23AB45')?.kind, 'later');
});

test('nothing is told of a message before its first attempt', () => {
  assert.equal(toldInLog(LOG, 'FFFF00'), undefined);
  assert.equal(toldInLog('', '0123AB'), undefined);
});
