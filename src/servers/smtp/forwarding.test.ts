/** Whole sessions: mail that an alias sends on survives at the next host, and what fails there finds its way back to its author. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { latin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import { parseReversePath } from '#protocol/address/path';
import type { Mailbox } from '#protocol/address/mailbox';
import { verifyChain } from '#protocol/arc/verify-chain';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { verifyMessage } from '#protocol/dkim/verify';
import { checkHost } from '#protocol/spf/check-host';
import { replaceSrsSecret } from '#store/directory/srs-secrets';
import { createPublicKey } from 'node:crypto';
import { HERE, startForwarder, type Forwarder } from '../../../test/support/smtp/forwarding.ts';
import { HONEST, STRANGER, type Letter } from '../../../test/support/smtp/reception.ts';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/smtp/own-server.ts';
import type { AcceptedMail } from '../../../test/support/smtp/scripted-peer.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
beforeEach(async () => {
  await at.store.pool.query('truncate queue_messages, queue_recipients, queue_claims');
});
after(() => at[Symbol.asyncDispose]());

/** Signed, from a domain whose SPF record ends in -all and whose DMARC policy is reject. */
function letter(more: Partial<Letter> = {}): Letter {
  return {
    ip: HONEST,
    ehlo: 'mail.good.example',
    from: 'ann@good.example',
    to: ['away'],
    header: ['From: Ann <ann@good.example>', 'Subject: hello'],
    signedBy: 'good.example',
    ...more,
  };
}

function reversePathOf({ mail }: AcceptedMail): Mailbox | null {
  const path = parseReversePath(/^MAIL FROM:(<[^>]*>)/.exec(mail)![1]!);
  assert.equal(path.kind, 'path');
  return (path as { mailbox: Mailbox | null }).mailbox;
}

async function spfAtNext({ zone }: Forwarder, mailFrom: Mailbox | null): Promise<string> {
  const { result } = await checkHost({
    ip: HERE,
    helo: 'mail.example.test',
    mailFrom,
    resolver: zone,
    receiver: 'mx.next.example',
    now: Math.floor(Date.now() / 1000),
  });
  return result;
}

function parted(content: Buffer) {
  const { bodyStart } = splitHeader(content);
  return { header: content.subarray(0, bodyStart), body: [content.subarray(bodyStart)] };
}

async function dkimAtNext({ zone }: Forwarder, { content }: AcceptedMail) {
  const now = Date.now() / 1000;
  const report = await verifyMessage({ ...parted(content), lookup: keyLookup(zone), now });
  return report.signatures.map(({ result, domain }) => `${domain} ${result}`);
}

/** A notice of failure to a rewritten reverse-path. */
function bounce(to: string, more: Partial<Letter> = {}): Letter {
  return {
    ip: STRANGER,
    ehlo: 'host.stranger.example',
    from: '',
    to: [to],
    header: ['From: MAILER-DAEMON@stranger.example', 'Subject: failed', 'Content-Type: text/plain'],
    body: 'No such user\r\n\r\nOriginal below \r\n',
    ...more,
  };
}

/** Forwards a letter and answers with the reverse-path that the next host was given. */
async function forwardOne(forwarder: Forwarder, one = letter()): Promise<Mailbox> {
  await forwarder.alias('away', 'ann@next.example');
  const { reply } = await forwarder.reception.send(one);
  assert.match(reply, /^250 /);
  await forwarder.until('attempt.delivered');
  return reversePathOf(forwarder.next.accepted.at(-1)!)!;
}

describe('an alias that leads elsewhere', () => {
  test('sends mail of a domain with -all on so that SPF and DKIM pass at the next host', async () => {
    await using forwarder = await startForwarder(at);
    const reversePath = await forwardOne(forwarder);
    assert.match(reversePath.localPart, /^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=good\.example=ann$/);
    assert.equal(reversePath.domain, 'example.test');
    assert.equal(await spfAtNext(forwarder, reversePath), 'pass');
    assert.equal(await spfAtNext(forwarder, { localPart: 'ann', domain: 'good.example' }), 'fail');
    const [mail] = forwarder.next.accepted;
    assert.deepEqual(await dkimAtNext(forwarder, mail!), ['good.example pass']);
  });

  test('passes on what the author asks of TLS', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('away', 'ann@next.example');
    const { length } = forwarder.next.accepted;
    await at.store.pool.query(
      `create or replace function keep_wish() returns trigger language plpgsql as $$
         begin insert into wishes values (new.tls_required); return new; end $$;
       create table if not exists wishes (wish text);
       create or replace trigger keep_wish after insert on queue_messages for each row execute function keep_wish()`,
    );
    const header = ['From: Ann <ann@good.example>', 'Subject: hello', 'TLS-Required: No'];
    const { reply } = await forwarder.reception.send(letter({ header }));
    assert.match(reply, /^250 /);
    await forwarder.until('attempt.delivered');
    assert.equal(forwarder.next.accepted.length, length + 1);
    const { rows } = await at.store.pool.query('select wish from wishes');
    assert.deepEqual(rows, [{ wish: 'no' }]);
    await at.store.pool.query('drop trigger keep_wish on queue_messages; drop table wishes');
  });

  test('puts trace fields before the message and changes no octet of it', async () => {
    await using forwarder = await startForwarder(at);
    let sent = '';
    const header = [
      'From: Ann <ann@good.example>',
      'Subject:  odd   spaces ',
      'X-Fold: one',
      '\ttwo ',
      'Authentication-Results: mail.example.test; spf=pass',
      'Date: Thu, 26 Nov 2026 02:14:02 +0000',
    ];
    const body = 'a \r\n\r\n\t.x\r\n-- \r\n\r\n\r\n';
    const changed = (message: string) => (sent = message);
    await forwardOne(forwarder, letter({ header, body, changed }));
    const text = latin1(forwarder.next.accepted[0]!.content);
    assert.ok(text.endsWith(sent), text);
    assert.match(
      text.slice(0, -sent.length),
      /^Delivered-To: away@example\.test\r\nReceived: from mail\.good\.example (?:[^\r]*\r\n\t)+[^\r]*\r\n$/,
    );
  });

  test('is known again by its Delivered-To when it is forwarded back, to any alias that it passed', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('away', 'ann@next.example');
    await forwarder.alias('again', 'ann@next.example');
    await forwarder.reception.send(letter({ to: ['away'] }));
    await forwarder.until('attempt.delivered');
    /** As the next host sends it on, byte for byte. */
    const backBy = async (to: string): Promise<string> => {
      const content = latin1(forwarder.next.accepted.at(-1)!.content);
      const back = letter({ to: [to], changed: () => content.replace(/\r\n$/, '') });
      return (await forwarder.reception.send(back)).reply;
    };
    assert.match(await backBy('AWAY'), /^554 5\.4\.6 .*in circles/);
    // by way of another alias it goes round once more, and no further
    assert.match(await backBy('again'), /^250 /);
    await forwarder.until('attempt.delivered');
    assert.match(await backBy('away'), /^554 5\.4\.6 .*in circles/);
  });

  test('leaves a reverse-path of a domain here and the null one as they are', async () => {
    await using forwarder = await startForwarder(at);
    const own = { from: 'alice@example.test', ip: HERE };
    const header = ['From: alice@example.test'];
    assert.deepEqual(
      await forwardOne(forwarder, { ...letter(), ...own, header, signedBy: 'good.example' }),
      { localPart: 'alice', domain: 'example.test' },
    );
    await forwarder.reception.send(letter({ from: '' }));
    await forwarder.until('attempt.delivered');
    assert.equal(reversePathOf(forwarder.next.accepted.at(-1)!), null);
  });

  test('tells no target of another alias that was addressed', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('away', 'ann@next.example');
    await forwarder.alias('hidden', 'eve@next.example', 'ann@next.example');
    const { messageId } = await forwarder.reception.send(letter({ to: ['away', 'hidden'] }));
    await forwarder.until('attempt.delivered', 2);
    const deliveredTo = forwarder.next.accepted.map(({ recipients, content }) => [
      recipients.join(),
      /^Delivered-To: (\S+)/m.exec(latin1(content))![1],
    ]);
    assert.deepEqual(Object.fromEntries(deliveredTo), {
      'RCPT TO:<ann@next.example>': 'away@example.test',
      'RCPT TO:<eve@next.example>': 'hidden@example.test',
    });
    const events = await forwarder.reception.events(messageId!);
    const forwards = events.filter(({ type }) => type === 'message.forwarded');
    assert.deepEqual(
      forwards.map(({ personal }) => [personal['forwardPath'], personal['targets']]),
      [
        ['away@example.test', ['ann@next.example']],
        ['hidden@example.test', ['eve@next.example']],
      ],
    );
    assert.equal(forwards[0]!.public['forwardId'], messageId);
    assert.notEqual(forwards[1]!.public['forwardId'], messageId);
  });
});

describe('junk', () => {
  const forged = letter({
    from: 'mallory@stranger.example',
    ip: STRANGER,
    ehlo: 'host.stranger.example',
    header: ['From: Ann <ann@cautious.example>'],
    signedBy: 'stranger.example',
  });

  test('is refused where the alias leads nowhere else, and nobody gets a notice', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('away', 'ann@next.example');
    const { reply } = await forwarder.reception.send(forged);
    assert.match(reply, /^550 5\.7\.26 /);
    const { rows } = await at.store.pool.query('select from queue_messages');
    assert.equal(rows.length, 0);
  });

  test('is stored as junk where there is a mailbox too, and not sent on', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('both', 'ann@next.example', 'bob@example.test');
    const { reply, messageId } = await forwarder.reception.send({ ...forged, to: ['both'] });
    assert.match(reply, /^250 /);
    assert.equal((await forwarder.reception.read('bob', messageId))?.role, 'junk');
    const { rows } = await at.store.pool.query('select from queue_messages');
    assert.equal(rows.length, 0);
  });

  test('is dropped for who has it only sent on, beside somebody who takes it, and that is told', async () => {
    await using forwarder = await startForwarder(at);
    await forwarder.alias('away', 'ann@next.example');
    const { messageId } = await forwarder.reception.send({ ...forged, to: ['away', 'bob'] });
    const events = await forwarder.reception.events(messageId!);
    assert.deepEqual(
      events
        .filter(({ type }) => type === 'recipient.judged')
        .map(({ public: open }) => open['verdict']),
      ['drop', 'junk'],
    );
    const { rows } = await at.store.pool.query('select from queue_messages');
    assert.equal(rows.length, 0);
  });
});

describe('a notice of failure from the next host', () => {
  test('goes back to the author, octet for octet, from the null reverse-path', async () => {
    await using forwarder = await startForwarder(at);
    const { localPart } = await forwardOne(forwarder);
    let sent = '';
    const notice = bounce(localPart, { changed: (message) => (sent = message) });
    const { reply, messageId } = await forwarder.reception.send(notice);
    assert.match(reply, /^250 /);
    await forwarder.until('attempt.delivered');
    const [mail] = forwarder.author.accepted;
    assert.equal(reversePathOf(mail!), null);
    assert.deepEqual(mail!.recipients, ['RCPT TO:<ann@good.example>']);
    assert.ok(latin1(mail!.content).endsWith(sent));
    const events = await forwarder.reception.events(messageId!);
    assert.equal(
      events.find(({ type }) => type === 'recipient.expanded')?.public['rule'],
      'bounce',
    );
  });

  test('is refused where the address was changed, too old, or not made here', async () => {
    await using forwarder = await startForwarder(at);
    const { localPart } = await forwardOne(forwarder);
    for (const forged of [
      localPart.replace('=ann', '=bob'),
      localPart.replace('good.example', 'victim.example'),
      'SRS0=AAAAAAAA=AA=victim.example=bob',
      'SRS1=AAAAAAAA=victim.example==x',
    ]) {
      await forwarder.reception.send(bounce(forged));
    }
    const refused = forwarder.reception.noted.filter(({ type }) => type === 'command.refused');
    assert.deepEqual(
      refused.map(({ public: open }) => {
        const { reason, code, enhanced } = open as {
          reason: string;
          code: number;
          enhanced: string;
        };
        return `${code} ${enhanced} ${reason}`;
      }),
      Array.from({ length: 4 }, () => '550 5.1.1 bounce-forged'),
    );
  });

  test('that is none, since it has a reverse-path, is refused with the reason', async () => {
    await using forwarder = await startForwarder(at);
    const { localPart } = await forwardOne(forwarder);
    await forwarder.reception.send(bounce(localPart, { from: 'mallory@stranger.example' }));
    const refused = forwarder.reception.noted.find(({ type }) => type === 'command.refused');
    assert.deepEqual(
      { ...refused!.public },
      {
        verb: 'RCPT',
        code: 550,
        enhanced: '5.7.1',
        reason: 'bounces-only',
      },
    );
  });

  test('is refused three weeks after what was forwarded', async () => {
    const clock = new ManualClock(Date.now());
    await using forwarder = await startForwarder(at, { clock });
    const { localPart } = await forwardOne(forwarder);
    clock.advance(22 * 86_400_000);
    await forwarder.reception.send(bounce(localPart));
    const refused = forwarder.reception.noted.find(({ type }) => type === 'command.refused');
    assert.equal((refused!.public as { reason: string }).reason, 'bounce-expired');
  });

  test('is known by the secret before the newest, and not by the one before that', async () => {
    await using forwarder = await startForwarder(at);
    const { localPart } = await forwardOne(forwarder);
    const replies: boolean[] = [];
    for (let generation = 0; generation < 3; generation++) {
      const { reply } = await forwarder.reception.send(bounce(localPart));
      replies.push(reply.slice(0, 3) === '250');
      await replaceSrsSecret(at.store.pool, Buffer.alloc(32, generation));
      at.store.notices.say('directory');
    }
    assert.deepEqual(replies, [true, true, false]);
  });

  test('finds the author of a reverse-path that was too long to be written', async () => {
    await using forwarder = await startForwarder(at);
    const from = '0100018f3a2b4c5d-12345678-90ab-cdef-1234-567890abcdef-000@good.example';
    const { localPart } = await forwardOne(forwarder, letter({ from }));
    assert.match(localPart, /^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=-=[0-9a-z]{13}$/);
    await forwarder.reception.send(bounce(localPart));
    await forwarder.until('attempt.delivered');
    assert.deepEqual(forwarder.author.accepted[0]!.recipients, [`RCPT TO:<${from}>`]);
  });

  test('that fails at the author is told to nobody, and ends there', async () => {
    await using forwarder = await startForwarder(at);
    const { localPart } = await forwardOne(
      forwarder,
      letter({ from: 'ann@lists.example', ip: '192.0.2.20', ehlo: 'mx.lists.example' }),
    );
    await forwarder.reception.send(bounce(localPart, { header: ['From: a@plain.example'] }));
    const events = await forwarder.until('attempt.deferred');
    assert.deepEqual(
      events.map(({ type }) => type).filter((type) => type.startsWith('notice')),
      [],
    );
  });
});

describe('what the next host refuses at once', () => {
  const script = { answers: { RCPT: '550 5.1.1 no such user' } } as const;

  test('is told to the author, whose reverse-path passed SPF', async () => {
    await using forwarder = await startForwarder(at, { script });
    await forwarder.alias('away', 'ann@next.example');
    await forwarder.reception.send(letter());
    await forwarder.until('notice.sent');
    await forwarder.until('attempt.delivered');
    assert.deepEqual(forwarder.author.accepted[0]!.recipients, ['RCPT TO:<ann@good.example>']);
    assert.equal(reversePathOf(forwarder.author.accepted[0]!), null);
  });

  test('is told to the postmaster of the alias where it did not', async () => {
    await using forwarder = await startForwarder(at, { script });
    await forwarder.alias('away', 'ann@next.example');
    await forwarder.reception.send(
      letter({
        ip: STRANGER,
        ehlo: 'host.stranger.example',
        rcpt: ' ORCPT=rfc822;ann@elsewhere.example',
      }),
    );
    const events = await forwarder.until('notice.sent');
    const sent = events.find(({ type }) => type === 'notice.sent');
    assert.equal((sent!.personal as { to: string }).to, 'postmaster@example.test');
    assert.equal(forwarder.author.accepted.length, 0);
  });
});

describe('a seal', () => {
  const sealing = { sealsForwards: true, inquiry: { verifiesArc: true } } as const;

  async function declareKeys({ zone }: Forwarder): Promise<void> {
    for (const { selector, privateKey } of await at.directory.signingKeys('example.test'))
      zone.declare(`${selector}._domainkey.example.test`, {
        TXT: dnsRecordFor(createPublicKey(privateKey)),
      });
  }

  test('of the domain of the alias tells what was found at reception, and the signature still holds', async () => {
    await using forwarder = await startForwarder(at, sealing);
    await declareKeys(forwarder);
    await forwardOne(forwarder);
    const mail = forwarder.next.accepted[0]!;
    const lookup = keyLookup(forwarder.zone);
    const now = Date.now() / 1000;
    const report = await verifyChain({ ...parted(mail.content), lookup, now });
    assert.equal(report.cv, 'pass');
    assert.equal(report.sets[0]!.domain, 'example.test');
    assert.match(report.sets[0]!.results, /mail\.example\.test;.*spf=pass.*dkim=pass.*dmarc=pass/);
    assert.deepEqual(await dkimAtNext(forwarder, mail), ['good.example pass']);
  });

  test('is not there where the setting is off', async () => {
    await using forwarder = await startForwarder(at);
    await forwardOne(forwarder);
    assert.doesNotMatch(latin1(forwarder.next.accepted[0]!.content), /^ARC-/m);
  });

  test('is left out, and told, where the chain before it was not verified', async () => {
    await using forwarder = await startForwarder(at, { sealsForwards: true });
    await forwarder.alias('away', 'ann@next.example');
    const { messageId } = await forwarder.reception.send(letter());
    const events = await forwarder.reception.events(messageId!);
    assert.deepEqual(events.find(({ type }) => type === 'message.unsealed')?.public, {
      domain: 'example.test',
      reason: 'chain-unknown',
    });
  });
});
