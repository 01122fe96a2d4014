/**
 * What an author asks to be told (RFC 3461), past our queue and a real Postfix behind it: the parameters arrive there, its reports come
 * back to our mailbox, and a failure that nobody wants to hear of is told to nobody. And a Postfix that was away gets its mail by
 * the schedule, once.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { postfixPeer, startPostfix, type Postfix } from '../../support/peers/postfix.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';
import { connectSubmissions, login } from '../../support/smtp/login.ts';

const ALICE = 'alice@example.test';
const { skip } = postfixPeer();

let server: RunningServer;
let postfix: Postfix;

interface Asked {
  readonly subject: string;
  readonly to: string;
  /** Of MAIL and of RCPT. */
  readonly mail?: string;
  readonly rcpt?: string;
}

async function submit({ subject, to, mail = '', rcpt = '' }: Asked): Promise<void> {
  await using client = await connectSubmissions(server.ports.submissions);
  await login(client, { mechanism: 'PLAIN', username: ALICE, password: PASSWORD });
  for (const [line, code] of [
    [`MAIL FROM:<${ALICE}>${mail}`, '250'],
    [`RCPT TO:<${to}>${rcpt}`, '250'],
    ['DATA', '354'],
    [`Subject: ${subject}\r\n\r\nthe body of ${subject}\r\n.`, '250'],
  ] as const) {
    const [reply] = await client.ask(line);
    assert.ok(reply?.startsWith(code), `${line}: ${reply}`);
  }
}

/** The reports about a subject in the author's mailbox. */
async function reports(subject: string): Promise<string[]> {
  const mails = await server.json<{ id: string }>('mail', 'list', ALICE);
  const texts = await Promise.all(mails.map(({ id }) => server.done('mail', 'raw', ALICE, id)));
  return texts.filter((text) => text.includes(subject));
}

function report(subject: string): Promise<string> {
  return eventually(`a report on ${subject}`, async () => (await reports(subject))[0]);
}

/** Waits until the queue has nothing more for an address. */
async function gone(to: string): Promise<void> {
  await eventually(`${to} is out of the queue`, async () => {
    const queued = await server.json('queue', 'list');
    return !queued.some(({ forwardPath }) => forwardPath === to);
  });
}

describe('notifications past a real Postfix', { skip }, () => {
  before(async () => {
    server = await startRunningServer({ env: { HIKYAKU_QUEUE_FIRST_RETRY: '2s' } });
    postfix = await startPostfix({
      mailboxes: ['bob@relay.test', 'carol@relay.test'],
      refuse: { 'carol@relay.test': '550 5.7.1 not from you' },
      routes: { 'example.test': server.ports.smtp },
    });
    const where = ['--host', '127.0.0.1', '--port', String(postfix.port)];
    await server.done('route', 'set', 'relay.test', ...where);
  });
  after(async () => {
    await postfix?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test('a report of success is made by the last server, with the id and the recipient that the author gave', async () => {
    const asked = {
      mail: ' RET=HDRS ENVID=QQ+2B314159',
      rcpt: ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob+2Bx@elsewhere.test',
    };
    await submit({ subject: 'told of success', to: 'bob@relay.test', ...asked });
    const text = await report('told of success');
    assert.match(text, /^Reporting-MTA: dns; ?postfix\.test\r$/m);
    assert.match(text, /^Original-Envelope-Id: QQ\+314159\r$/im);
    assert.match(text, /^Original-Recipient: rfc822; ?bob\+x@elsewhere\.test\r$/im);
    assert.match(text, /^Final-Recipient: rfc822; ?bob@relay\.test\r$/m);
    assert.match(text, /^Action: delivered\r$/m);
    assert.doesNotMatch(text, /the body of told of success/);
    // who passes the wish on does not report itself
    assert.equal((await reports('told of success')).length, 1);
  });

  test('a failure is told with the parameters that were given, and the whole message where that was asked', async () => {
    const asked = {
      mail: ' RET=FULL ENVID=id-7',
      rcpt: ' NOTIFY=FAILURE ORCPT=rfc822;carol@before.test',
    };
    await submit({ subject: 'told of failure', to: 'carol@relay.test', ...asked });
    const text = await report('told of failure');
    assert.match(text, /^Original-Envelope-Id: id-7\r$/m);
    assert.match(text, /^Original-Recipient: rfc822; ?carol@before\.test\r$/m);
    assert.match(text, /^Action: failed\r$/m);
    assert.match(text, /^Diagnostic-Code: smtp; ?550 5\.7\.1 /m);
    assert.match(text, /the body of told of failure/);
  });

  test('NOTIFY=NEVER is kept: neither success nor failure is told', async () => {
    const rcpt = ' NOTIFY=NEVER';
    await submit({ subject: 'never of success', to: 'bob@relay.test', rcpt });
    await submit({ subject: 'never of failure', to: 'carol@relay.test', rcpt });
    await postfix.awaitMail('bob@relay.test', 2);
    await gone('carol@relay.test');
    // what would have come was on its way before this, which is told
    await submit({ subject: 'the last one', to: 'bob@relay.test', rcpt: ' NOTIFY=SUCCESS' });
    await report('the last one');
    assert.deepEqual(await reports('never of'), []);
  });

  test('a Postfix that was away and is started again gets its mail by the schedule, once', async () => {
    await postfix.stop();
    await submit({ subject: 'kept by itself', to: 'bob@relay.test', rcpt: ' NOTIFY=FAILURE' });
    const id = await eventually('it was tried in vain', async () => {
      const [waiting] = await server.json('queue', 'list', 'relay.test', '--status', 'deferred');
      return waiting?.['messageId'] as string | undefined;
    });
    await postfix.start();
    await gone('bob@relay.test');
    const mails = (await postfix.mail('bob@relay.test')).map(String);
    assert.equal(mails.filter((mail) => mail.includes('Subject: kept by itself')).length, 1);
    const story = await server.json<{ type?: string }>('message', 'trace', id);
    const types = story.map(({ type }) => type);
    assert.ok(types.includes('attempt.deferred') && types.includes('attempt.delivered'));
    // by nobody's hand
    assert.ok(!types.includes('queue.retried'), types.join(' '));
  });
});
