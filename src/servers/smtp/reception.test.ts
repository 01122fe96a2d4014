/** Whole sessions against declared zones: who is writing to us, what becomes of the mail, and what its owner can read of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findAccount } from '#store/directory/accounts';
import {
  distrustForwarder,
  listTrusted,
  trustForwarder,
} from '#store/reception/trusted-forwarders';
import { silentLog } from '#log';
import { CHECK_NAMES } from '#mail/receive/inquiry/checks';
import { learnTrust } from '#mail/receive/learn/trust';
import type { Resolver } from '#protocol/dns/resolver';
import { mailStoreOf } from '#store/mailboxes/mail-store';
import { formatExplanation } from '#mail/story/format-explanation';
import { explainVerdict } from '#mail/story/explain-verdict';
import { moveMessages } from '#store/mailboxes/change/copy';
import {
  HONEST,
  KEY_RECORD,
  LIST,
  startReception,
  STRANGER,
  world,
  type Letter,
} from '../../../test/support/smtp/reception.ts';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import {
  openTestStore,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

const HONEST_CLIENT = { ip: HONEST, ehlo: 'mail.good.example' };

/** A letter of the author, sent by its own server and signed. */
function honest(domain: string, more: Partial<Letter> = {}): Letter {
  return {
    ...HONEST_CLIENT,
    from: `ann@${domain}`,
    header: [`From: Ann <ann@${domain}>`, 'Subject: hello'],
    signedBy: domain,
    ...more,
  };
}

/** What somebody else sends in the name of the author, with everything of their own in order. */
function forged(domain: string, more: Partial<Letter> = {}): Letter {
  return {
    from: 'mallory@stranger.example',
    header: [`From: Ann <ann@${domain}>`, 'Subject: hello'],
    signedBy: 'stranger.example',
    ...more,
  };
}

test('mail that passes everything is accepted, and its header says so', async () => {
  await using reception = await startReception(at);
  const { reply, messageId } = await reception.send(honest('good.example'));
  assert.match(reply, /^250 /);
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, 'inbox');
  assert.match(mail.text, /^X-Hikyaku-Verdict: accept\r\n(?!\t)/m);
  const unfolded = mail.text.replaceAll(/\r\n\s+/g, ' ');
  assert.match(
    unfolded,
    /^Authentication-Results: mail\.example\.test; iprev=pass policy\.iprev=192\.0\.2\.10; spf=pass smtp\.mailfrom=ann@good\.example; dkim=pass header\.d=good\.example [^;]*; dmarc=pass header\.from=good\.example policy\.dmarc=reject\r\n/m,
  );
});

describe('in the name of a domain that wants what fails rejected', () => {
  test('it is refused with 550 5.7.26, nothing is stored, and why can be explained', async () => {
    await using reception = await startReception(at);
    const { reply, messageId } = await reception.send(forged('strict.example'));
    assert.match(reply, /^550 5\.7\.26 The message fails DMARC, and strict\.example wants /);
    assert.equal(await reception.read('bob', messageId), undefined);
    assert.deepEqual(
      reception.noted.map(({ type }) => type),
      ['message.judged', 'message.refused'],
    );
  });

  test('one of two recipients being trusting does not help the other', async () => {
    await using reception = await startReception(at);
    const { reply } = await reception.send(forged('strict.example', { to: ['alice', 'bob'] }));
    assert.match(reply, /^550 5\.7\.26 /);
  });

  test('unless DMARC is only to be told', async () => {
    await using reception = await startReception(at, world(), { policies: { honourDmarc: false } });
    const { reply, messageId } = await reception.send(forged('strict.example'));
    assert.match(reply, /^250 /);
    const mail = await reception.read('bob', messageId);
    assert.equal(mail?.role, 'inbox');
    assert.match(mail.text, /^X-Hikyaku-Verdict: accept;\r\n\talso=dmarc-reject:strict\.example/m);
  });

  test('mail that a forwarder passes on with its signature whole is accepted although SPF fails', async () => {
    await using reception = await startReception(at);
    const letter = honest('strict.example', { ip: STRANGER, ehlo: 'host.stranger.example' });
    const { reply, messageId } = await reception.send(letter);
    assert.match(reply, /^250 /);
    assert.equal((await reception.read('bob', messageId))?.role, 'inbox');
  });
});

test('in the name of a domain that wants what fails set apart: into Junk, and the header says why', async () => {
  await using reception = await startReception(at);
  const { reply, messageId } = await reception.send(forged('cautious.example'));
  assert.match(reply, /^250 /);
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, 'junk');
  assert.match(
    mail.text,
    /^X-Hikyaku-Verdict: junk;\r\n\treasons=dmarc-quarantine:cautious\.example\r\n/m,
  );
  assert.match(mail.text, /dmarc=fail/);
  const events = await reception.events(messageId!);
  assert.deepEqual(events.find(({ type }) => type === 'recipient.judged')?.public, {
    verdict: 'junk',
    reasons: ['dmarc-quarantine'],
  });
});

test('a domain that asks for nothing gets nothing: accepted, and told', async () => {
  await using reception = await startReception(at);
  const { messageId } = await reception.send(forged('lenient.example'));
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, 'inbox');
  assert.match(mail.text, /also=dmarc-none:lenient\.example/);
});

test('an SPF fail without DMARC is junk, refused where the setting says so, and a softfail alone is nothing', async () => {
  const zone = world();
  zone.declare('plain.example', { MX: '10 host.plain.example', TXT: 'v=spf1 -all' });
  const letter = { from: 'ann@plain.example', header: ['From: ann@plain.example'] };
  await using reception = await startReception(at, zone);
  const junk = await reception.send(letter);
  assert.equal((await reception.read('bob', junk.messageId))?.role, 'junk');
  await using strict = await startReception(at, zone, { policies: { spfFail: 'reject' } });
  assert.match(
    (await strict.send(letter)).reply,
    /^550 5\.7\.23 The SPF record of plain\.example does not allow /,
  );
  zone.declare('plain.example', { MX: '10 host.plain.example', TXT: 'v=spf1 ~all' });
  const soft = await reception.send(letter);
  const mail = await reception.read('bob', soft.messageId);
  assert.equal(mail?.role, 'inbox');
  assert.match(mail.text, /spf=softfail/);
});

test('of who is of the house neither SPF nor the sender’s domain is asked, and no domain is freed from DMARC by that', async () => {
  const isOfTheHouse = (address: string) => address === STRANGER;
  const zone = world();
  zone.declare('plain.example', { MX: '10 host.plain.example', TXT: 'v=spf1 -all' });
  await using reception = await startReception(at, zone, {
    policies: { spfFail: 'reject' },
    inquiry: { isOfTheHouse },
  });
  const taken = await reception.send({
    from: 'ann@plain.example',
    header: ['From: ann@plain.example'],
  });
  assert.match(taken.reply, /^250 /);
  assert.equal((await reception.read('bob', taken.messageId))?.role, 'inbox');
  const nowhere = await reception.send({
    from: 'ann@nowhere.example',
    header: ['From: ann@nowhere.example'],
  });
  assert.match(nowhere.reply, /^250 /);
  const refused = await reception.send(forged('strict.example'));
  assert.match(refused.reply, /^550 5\.7\.26 /);
});

test('this host itself is asked for no SPF; who only has its address, or only its name, is', async () => {
  const zone = world();
  zone.declare('mail.example.test', { TXT: 'v=spf1 -all' });
  const own = { ehlo: 'mail.example.test', header: ['From: root@lenient.example'] };
  const options = { policies: { spfFail: 'reject' } } as const;
  const isOwnAddress = (address: string) => address === STRANGER;
  await using at25 = await startReception(at, zone, { ...options, inquiry: { isOwnAddress } });
  assert.match((await at25.send(own)).reply, /^250 /);
  zone.declare('other.example', { A: '192.0.2.1', TXT: 'v=spf1 -all' });
  const other = await at25.send({ ...own, ehlo: 'other.example' });
  assert.match(other.reply, /^550 5\.7\.23 /);
  await using elsewhere = await startReception(at, zone, options);
  assert.match((await elsewhere.send(own)).reply, /^550 5\.7\.23 /);
});

test('three weak signs together are junk', async () => {
  const zone = world();
  zone.declare('plain.example', { MX: '10 host.plain.example', TXT: 'v=spf1 ~all' });
  await using reception = await startReception(at, zone);
  const letter = { from: 'ann@plain.example', header: ['From: ann@plain.example'] };
  const { messageId } = await reception.send({ ...letter, ip: '203.0.113.9', ehlo: 'pc' });
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, 'junk');
  assert.match(
    mail.text.replaceAll(/\r\n\s+/g, ' '),
    /reasons=no-reverse-name:203\.0\.113\.9, ehlo-not-qualified:pc, spf-softfail:plain\.example\r\n/,
  );
});

describe('what cannot be looked up now', () => {
  test('DMARC: put off with 451, and taken once it can', async () => {
    const zone = world();
    zone.declare('_dmarc.strict.example', { fault: 'servfail' });
    await using reception = await startReception(at, zone);
    assert.match(
      (await reception.send(forged('strict.example'))).reply,
      /^451 4\.7\.0 Whether strict\.example sent this cannot be looked up/,
    );
    zone.declare('_dmarc.strict.example', { TXT: 'v=DMARC1; p=none' });
    assert.match((await reception.send(forged('strict.example'))).reply, /^250 /);
  });

  test('a key, where the record asks for nothing: taken; where it asks for something: put off', async () => {
    for (const [domain, reply] of [
      ['lenient.example', /^250 /],
      ['strict.example', /^451 4\.7\.0 /],
    ] as const) {
      const zone = world();
      zone.declare(`s._domainkey.${domain}`, { fault: 'servfail' });
      await using reception = await startReception(at, zone);
      const letter = { header: [`From: ann@${domain}`], signedBy: domain };
      assert.match((await reception.send(letter)).reply, reply);
    }
  });

  test('the domain of the reverse-path: put off; one that does not exist, or takes no mail: refused', async () => {
    const zone = world();
    zone.declare('ill.example', { fault: 'timeout' });
    zone.declare('null.example', { MX: '0 .' });
    await using reception = await startReception(at, zone);
    const from = async (domain: string) =>
      (await reception.send({ from: `a@${domain}`, header: ['From: a@plain.example'] })).reply;
    assert.match(await from('ill.example'), /^451 4\.4\.3 /);
    assert.match(await from('nowhere.example'), /^550 5\.1\.8 /);
    assert.match(await from('null.example'), /^550 5\.7\.27 /);
    assert.match(await from('host.stranger.example'), /^250 /);
  });
});

describe('DNS lists', () => {
  const zones = [
    { zone: 'bad.test', wish: 'reject' },
    { zone: 'odd.test', wish: 'junk' },
  ] as const;
  const letter = { header: ['From: a@plain.example'] };

  test('a listed address is refused, or its mail is junk, as the zone is set', async () => {
    const zone = world();
    zone.declare('66.100.51.198.odd.test', { A: '127.0.0.2', TXT: 'seen in traps' });
    await using reception = await startReception(at, zone, { inquiry: { zones } });
    const { messageId } = await reception.send(letter);
    assert.equal((await reception.read('bob', messageId))?.role, 'junk');
    zone.declare('66.100.51.198.bad.test', { A: '127.0.0.4' });
    assert.match((await reception.send(letter)).reply, /^550 5\.7\.1 .*bad\.test/);
  });

  test('«you may not ask me», a dead zone, and silence are never a listing', async () => {
    for (const declared of [
      { A: '127.255.255.254' },
      { A: '203.0.113.1' },
      { fault: 'timeout' },
    ] as const) {
      const zone = world();
      zone.declare('66.100.51.198.bad.test', declared);
      await using reception = await startReception(at, zone, { inquiry: { zones } });
      const { messageId } = await reception.send(letter);
      assert.equal((await reception.read('bob', messageId))?.role, 'inbox');
    }
  });

  test('an IPv6 client is asked for by its nibbles', async () => {
    const zone = world();
    const nibbles = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';
    zone.declare(`${nibbles}.bad.test`, { A: '127.0.0.2' });
    await using reception = await startReception(at, zone, { inquiry: { zones } });
    assert.match((await reception.send({ ...letter, ip: '2001:db8::1' })).reply, /^550 5\.7\.1 /);
  });
});

describe('tricks that show another author than the one who is judged', () => {
  const TRICKS: Readonly<Record<string, readonly string[]>> = {
    'two From fields': ['From: m@stranger.example', 'From: ann@strict.example'],
    'two From fields, the other way round': [
      'From: ann@strict.example',
      'From: m@stranger.example',
    ],
    'authors of two domains': ['From: m@stranger.example, ann@strict.example'],
    'a control character': ['From: ann@strict.example\x01 <m@stranger.example>'],
    'a route': ['From: <@strict.example:m@stranger.example>'],
    'a comment within the address': ['From: ann@strict.example(.stranger.example)'],
    'an encoded word for an address': [
      'From: =?utf-8?q?ann=40strict.example?= <=?x?=@strict.example>',
    ],
    'two at signs': ['From: "ann@strict.example"@stranger.example'],
  };
  for (const [trick, header] of Object.entries(TRICKS))
    test(`${trick}: refused`, async () => {
      await using reception = await startReception(at);
      const { reply, messageId } = await reception.send(forged('strict.example', { header }));
      assert.match(reply, /^55[04] /);
      assert.equal(await reception.read('bob', messageId), undefined);
    });

  test('an address of another domain in the display name is a weak sign', async () => {
    await using reception = await startReception(at);
    const header = ['From: "ann@strict.example" <ann@good.example>'];
    const { messageId } = await reception.send(honest('good.example', { header }));
    const mail = await reception.read('bob', messageId);
    assert.match(mail!.text, /also=author-shows-another:strict\.example/);
  });

  test('results in our name, and our verdict, are not shown when a stranger wrote them', async () => {
    await using reception = await startReception(at);
    const header = [
      'Authentication-Results: mail.example.test; dmarc=pass header.from=bank.example',
      'X-Hikyaku-Verdict: accept; reasons=friend',
      'Authentication-Results: elsewhere.example; spf=pass smtp.mailfrom=x@y.example',
      'From: ann@lenient.example',
    ];
    const { messageId } = await reception.send(forged('lenient.example', { header }));
    const { text } = (await reception.read('bob', messageId))!;
    assert.doesNotMatch(text, /bank\.example|friend/);
    assert.match(text, /elsewhere\.example; spf=pass/);
  });
});

test('without DNS nothing is asked, no field claims a result, and the explanation says so', async () => {
  await using reception = await startReception(at, undefined, { inquiry: { resolver: undefined } });
  const { messageId } = await reception.send(forged('strict.example'));
  const mail = await reception.read('bob', messageId);
  assert.match(mail!.text, /^Authentication-Results: mail\.example\.test; none\r\n/m);
  const told = explainVerdict(messageId!, await reception.events(messageId!), 'en')!;
  assert.equal(told.verdict, 'accept');
  assert.deepEqual(
    told.checks.filter(({ result }) => result === 'not-asked').map(({ check }) => check),
    CHECK_NAMES.filter((name) => !['ehlo', 'form', 'author', 'loop'].includes(name)),
  );
});

test('a mailing list that breaks the signature is refused, until its recipient trusts it', async () => {
  await using reception = await startReception(at);
  const letter = honest('strict.example', {
    ip: LIST,
    ehlo: 'mx.lists.example',
    from: 'bounces@lists.example',
    changed: (message) => `${message}-- \r\nThe list\r\n`,
  });
  assert.match((await reception.send(letter)).reply, /^550 5\.7\.26 /);
  const accountId = (await findAccount(at.store.pool, 'bob@example.test'))!.accountId;
  await trustForwarder(at.store.pool, { accountId, domain: 'lists.example' }, Date.now());
  const { reply, messageId } = await reception.send({ ...letter, to: ['bob', 'alice'] });
  assert.match(reply, /^250 /);
  const mail = await reception.read('bob', messageId);
  assert.equal(mail?.role, 'inbox');
  assert.match(mail.text, /also=.*trusted-forwarder:lists\.example/s);
  // who does not trust the list has it as junk
  assert.equal((await reception.read('alice', messageId))?.role, 'junk');
});

test('a forwarder that leaves the reverse-path is trusted by its seal, if seals are looked at', async () => {
  const { pool } = at.store;
  const zone = world();
  zone.declare('alumni.example', { MX: '10 mx.lists.example' });
  zone.declare('s._domainkey.alumni.example', { TXT: KEY_RECORD });
  const letter = honest('strict.example', {
    ip: LIST,
    ehlo: 'mx.lists.example',
    changed: (message) => `${message}-- \r\nForwarded\r\n`,
    sealedBy: 'alumni.example',
  });
  await using open = await startReception(at, zone, { inquiry: { verifiesArc: true } });
  assert.match((await open.send(letter)).reply, /^550 5\.7\.26 /);
  await trustForwarder(pool, { accountId: null, domain: 'alumni.example' }, Date.now());
  const { messageId } = await open.send(letter);
  const mail = await open.read('bob', messageId);
  assert.equal(mail?.role, 'inbox');
  assert.match(mail.text, /arc=pass/);
  // who is trusted is not whoever seals
  const other = forged('strict.example', { sealedBy: 'stranger.example' });
  assert.match((await open.send(other)).reply, /^550 5\.7\.26 /);
  await using shut = await startReception(at, zone);
  assert.match((await shut.send(letter)).reply, /^550 5\.7\.26 /);
  await distrustForwarder(pool, { accountId: null, domain: 'alumni.example' });
});

test('two messages of a list that are moved out of Junk make it trusted; one moved into Junk takes that back', async () => {
  const { store } = at;
  const learned: Promise<void>[] = [];
  const context = { pool: store.pool, clock: store.clock, log: silentLog };
  await using mail = mailStoreOf(store, silentLog, (accountId, transfer) => {
    learned.push(learnTrust(context, accountId, transfer));
  });
  await using reception = await startReception(at);
  const { accountId } = (await findAccount(store.pool, 'alice@example.test'))!;
  const letter = honest('cautious.example', {
    ip: LIST,
    ehlo: 'mx.lists.example',
    to: ['alice'],
    from: 'bounces@lists.example',
    header: ['From: Ann <ann@cautious.example>', 'List-Id: Dev <dev.lists.example>'],
    changed: (message) => `${message}-- \r\nThe list\r\n`,
  });
  /** Sends one and moves it to another mailbox. @returns where it was put */
  const sendAndMove = async (to: string): Promise<string | null> => {
    const { messageId } = await reception.send(letter);
    const { role } = (await reception.read('alice', messageId))!;
    const { rows } = await store.pool.query<{ from: string; uid: string; to: string }>(
      `select n.mailbox_id as "from", n.uid, (select id from mailboxes where account_id = $1 and role = $3) as "to"
       from mailbox_entries n join emails e on e.id = n.email_id where e.account_id = $1 and e.message_id = $2`,
      [accountId, messageId, to],
    );
    const { from, uid, to: target } = rows[0]!;
    await moveMessages(mail, accountId, { from, uids: Uint32Array.of(Number(uid)), to: target });
    await Promise.all(learned);
    return role;
  };
  assert.equal(await sendAndMove('inbox'), 'junk');
  assert.equal(await sendAndMove('inbox'), 'junk');
  assert.deepEqual(
    (await listTrusted(store.pool)).filter(({ account }) => account === 'alice@example.test'),
    (await listTrusted(store.pool)).filter(({ trusted, rescued }) => trusted && rescued === 2),
  );
  assert.equal(await sendAndMove('junk'), 'inbox');
  assert.equal(await sendAndMove('trash'), 'junk');
  assert.equal(await sendAndMove('trash'), 'junk');
});

describe('hostile DNS', () => {
  test('silence ends in a reply in bounded time, and keeps no other session waiting', async () => {
    const zone = world();
    const silent: Resolver = {
      resolve: (name, type, options = {}) =>
        name.endsWith('silent.example')
          ? new Promise((resolve) => {
              const give = () => resolve({ kind: 'failure', cause: 'aborted', text: 'given up' });
              if (options.signal?.aborted === true) give();
              options.signal?.addEventListener('abort', give);
            })
          : zone.resolve(name, type, options),
    };
    await using reception = await startReception(at, silent, { inquiry: { patience: 50 } });
    const stuck = reception.send(forged('silent.example', { from: 'a@silent.example' }));
    const { reply } = await reception.send(honest('good.example'));
    assert.match(reply, /^250 /);
    assert.match((await stuck).reply, /^451 4\./);
  });

  test('a check that never ends and a check that breaks are facts, and no message waits for them', async () => {
    const zone = world();
    const broken: Resolver = {
      resolve: (name, type, options) => {
        if (type === 'PTR') return new Promise(() => {});
        if (type === 'MX') throw new TypeError('a bug');
        return zone.resolve(name, type, options);
      },
    };
    const logged: string[] = [];
    const log = { ...silentLog, error: (name: string) => void logged.push(name) };
    await using reception = await startReception(at, broken, { inquiry: { patience: 20, log } });
    const { reply, messageId } = await reception.send(honest('good.example'));
    assert.match(reply, /^250 /);
    const told = explainVerdict(messageId!, await reception.events(messageId!), 'en')!;
    const results = new Map(told.checks.map(({ check, result }) => [check, result]));
    assert.equal(results.get('iprev'), 'unknown');
    assert.equal(results.get('sender'), 'unknown');
    assert.equal(results.get('dmarc'), 'pass');
    assert.deepEqual(logged, ['receive.check-failed']);
  });

  for (const [how, name, type] of [
    ['SPF', 'stranger.example', 'TXT'],
    ['DMARC', '_dmarc.good.example', 'TXT'],
  ] as const) {
    for (const fault of ['breaks', 'never ends'] as const) {
      test(`who makes ${how} fail so that it ${fault} does not get by a policy: put off`, async () => {
        const zone = world();
        const resolver: Resolver = {
          resolve: (asked, askedType, options) => {
            if (asked !== name || askedType !== type)
              return zone.resolve(asked, askedType, options);
            if (fault === 'breaks') throw new TypeError('a bug');
            return new Promise(() => {});
          },
        };
        await using reception = await startReception(at, resolver, { inquiry: { patience: 20 } });
        const { reply } = await reception.send(forged('good.example'));
        assert.match(reply, /^451 4\./);
      });
    }
  }

  test('when the client goes, nothing is asked any more', async () => {
    const aborted = Promise.withResolvers<void>();
    const resolver: Resolver = {
      resolve: (_name, _type, { signal } = {}) =>
        new Promise(() => signal?.addEventListener('abort', () => aborted.resolve())),
    };
    await using smtp = await startTestSmtp(at, { inquiry: { resolver } });
    {
      await using client = await LineSocket.connect(smtp.ports.smtp);
      await client.restOfReply();
      await client.ask('EHLO client.example');
      await client.ask('MAIL FROM:<a@good.example>');
    }
    await aborted.promise;
  });
});

test('what can be known before the body is asked for before the body, and nothing twice', async () => {
  const zone = world();
  await using smtp = await startTestSmtp(at, { inquiry: { resolver: zone } });
  await using client = await LineSocket.connect(smtp.ports.smtp);
  await client.restOfReply();
  await client.ask('EHLO mail.good.example');
  assert.deepEqual(zone.asked(), []);
  await client.ask('MAIL FROM:<ann@good.example>');
  await client.ask('RCPT TO:<bob@example.test>');
  const atMail = zone.asked();
  for (const question of ['PTR 1.0.0.127.in-addr.arpa', 'MX good.example', 'TXT good.example'])
    assert.ok(atMail.includes(question), question);
  await client.ask('DATA');
  const signature =
    'DKIM-Signature: v=1; a=ed25519-sha256; d=good.example; s=s; h=from; bh=AAAA; b=AAAA';
  client.write(`${signature}\r\nFrom: ann@good.example\r\n\r\n`);
  // content is handed on in pieces
  client.write(`${'x'.repeat(78)}\r\n`.repeat(4000));
  await zone.question('TXT _dmarc.good.example');
  assert.ok(zone.asked().includes('TXT s._domainkey.good.example'));
  assert.match((await client.ask('\r\n.'))[0]!, /^[25]50 /);
  assert.deepEqual([...new Set(zone.asked())].sort(), zone.asked().sort());
});

test('the header of one recipient tells nothing that concerns another alone', async () => {
  await using reception = await startReception(at);
  const { messageId } = await reception.send(
    forged('lenient.example', {
      to: ['alice', 'bob'],
      header: ['From: ann@lenient.example', 'Delivered-To: alice@example.test'],
    }),
  );
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((name) => reception.read(name, messageId)),
  );
  assert.equal(alice?.role, 'junk');
  assert.match(alice.text, /reasons=delivered-before/);
  assert.equal(bob?.role, 'inbox');
  assert.doesNotMatch(bob.text, /delivered-before/);
});

describe('every judgement is explained in both languages', () => {
  const zones = [{ zone: 'bad.test', wish: 'junk' }] as const;
  const list = honest('strict.example', {
    ip: LIST,
    ehlo: 'mx.lists.example',
    from: 'bounces@lists.example',
    changed: (message) => `${message}-- \r\nThe list\r\n`,
  });
  const LETTERS: Readonly<Record<string, Letter>> = {
    'what passes': honest('good.example'),
    'a forgery': forged('strict.example'),
    'a list': list,
    'a null reverse-path': { ...HONEST_CLIENT, header: ['From: postmaster@good.example'] },
    'two authors': forged('strict.example', { header: ['From: a@b.example, c@d.example'] }),
    'two fields': forged('strict.example', { header: ['From: a@b.example', 'From: c@d.example'] }),
    'no author': forged('strict.example', { header: ['Subject: who?'] }),
    'an unreadable author': forged('strict.example', {
      header: ['From: <@a.example:b@c.example>'],
    }),
    'a name that deceives': honest('good.example', {
      header: ['From: "x@bank.example" <ann@good.example>'],
    }),
    'a broken header': forged('lenient.example', {
      header: ['From: ann@lenient.example', 'no field', 'Subject: x'],
    }),
    'our own name': forged('lenient.example', { ehlo: 'mail.example.test' }),
    'a wrong address': forged('lenient.example', { ehlo: '[192.0.2.99]' }),
    'its own address': forged('lenient.example', { ehlo: `[${STRANGER}]` }),
    'nobody to answer': forged('lenient.example', { from: 'a@nowhere.example' }),
    'nobody who wants to': forged('lenient.example', { from: 'a@null.example' }),
    silence: forged('silent.example', { from: 'a@silent.example', ip: '203.0.113.7' }),
    'a loop': forged('lenient.example', {
      header: ['From: ann@lenient.example', 'Delivered-To: bob@example.test'],
    }),
  };

  test('each check with its title, result and steps, and nothing that is not known', async () => {
    const zone = world();
    zone.declare('null.example', { MX: '0 .' });
    zone.declare('silent.example', { fault: 'timeout' });
    zone.declare('_dmarc.silent.example', { fault: 'servfail' });
    zone.declare('7.113.0.203.in-addr.arpa', { fault: 'timeout' });
    zone.declare('66.100.51.198.bad.test', { A: '127.0.0.2', TXT: 'seen in traps' });
    zone.declare('10.2.0.192.bad.test', { A: '127.255.255.254' });
    await using reception = await startReception(at, zone, {
      inquiry: { zones, verifiesArc: true },
    });
    for (const [name, letter] of Object.entries(LETTERS)) {
      const { messageId } = await reception.send(letter);
      const events = await reception.judged(messageId!);
      for (const language of ['en', 'ja'] as const) {
        const told = explainVerdict(messageId!, events, language);
        assert.ok(told, name);
        assert.equal(told.checks.length, CHECK_NAMES.length, name);
        for (const { check, title, lines } of told.checks) {
          const where = `${name}, ${check}, ${language}`;
          assert.notEqual(title, '', where);
          assert.notEqual(lines.length, 0, where);
          for (const { text } of lines) {
            assert.doesNotMatch(
              text,
              /undefined|\[object|not recorded|記録なし|does not know|説明できない|\?$|\{\w+\}/,
              where,
            );
            if (language === 'ja') assert.match(text, /[\u3040-\u30ff]/, `${where}: ${text}`);
          }
        }
        for (const { text, rfc } of [...told.reasons, ...told.also]) {
          assert.notEqual(text, '', name);
          if (rfc !== undefined) assert.match(rfc, /^RFC \d+ §/, name);
        }
        const formatted = formatExplanation(told, { width: 80, color: false });
        for (const line of formatted) assert.match(line, /^[^\x00-\x1f\x7f]*$/, name);
      }
    }
  });

  test('what is refused names the list that could be trusted, and how', async () => {
    await using reception = await startReception(at);
    const { messageId } = await reception.send({ ...list, to: ['alice'] });
    const told = explainVerdict(messageId!, await reception.judged(messageId!), 'en')!;
    assert.equal(told.verdict, 'reject');
    assert.equal(told.text, 'Verdict: refused for good');
    assert.deepEqual(
      told.reasons.map(({ reason, subject }) => [reason, subject]),
      [['dmarc-reject', 'strict.example']],
    );
    const trust = told.checks.find(({ check }) => check === 'trust')!;
    assert.match(trust.lines.at(-1)!.text, /hikyaku trust add lists\.example/);
  });

  test('once personal fields are erased, verdict, reasons and results are left', async () => {
    await using reception = await startReception(at);
    const { messageId } = await reception.send(forged('cautious.example'));
    const events = (await reception.judged(messageId!)).map((one) =>
      Object.assign(one, { personal: {} }),
    );
    const told = explainVerdict(messageId!, events, 'en')!;
    assert.deepEqual(
      told.reasons.map(({ reason }) => reason),
      ['dmarc-quarantine'],
    );
    assert.equal(told.checks.find(({ check }) => check === 'spf')!.result, 'pass');
    assert.deepEqual(told.checks.find(({ check }) => check === 'spf')!.lines, [
      { text: '(erased)' },
    ]);
    assert.doesNotMatch(JSON.stringify(told), /cautious|stranger|198\.51/);
  });
});
