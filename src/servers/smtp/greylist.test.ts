/** Greylisting over whole sessions, on a clock that stands still: who waits, who does not, and what two nodes know of it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Greylisting } from '#mail/receive/inquiry/greylisting';
import { explainVerdict } from '#mail/story/explain-verdict';
import { findAccount } from '#store/directory/accounts';
import { notePutOff, rememberedAmong, sweepGreylist, wroteTo } from '#store/reception/greylist';
import { sparing } from '#server/incoming/greylist';
import type { StoredEvent } from '#store/events/events';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import {
  HONEST,
  startReception,
  STRANGER,
  world,
  type Letter,
  type TestReception,
} from '../../../test/support/smtp/reception.ts';
import { openTestStore, type TestStore } from '../../../test/support/smtp/own-server.ts';
import { startForwarder } from '../../../test/support/smtp/forwarding.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let at: TestStore;
let clock: ManualClock;
before(async () => {
  at = await openTestStore();
});
beforeEach(async () => {
  clock = new ManualClock(Date.now());
  await at.store.pool.query('truncate greylist');
});
after(() => at[Symbol.asyncDispose]());

function greylistingOf(spared: readonly string[] = []): Greylisting {
  const { pool } = at.store;
  return {
    delay: 5 * MINUTE,
    spares: sparing(spared),
    remembered: (keys, now) => rememberedAmong(pool, keys, now),
    putOff: (putOff) => notePutOff(pool, putOff),
    wroteTo: (accountIds, address) => wroteTo(pool, accountIds, address),
  };
}

function start(spared?: readonly string[]): Promise<TestReception> {
  return startReception(at, world(), { clock, inquiry: { greylisting: greylistingOf(spared) } });
}

/** Nothing vouches for it. */
function unknown(more: Partial<Letter> = {}): Letter {
  return { from: 'ann@plain.example', header: ['From: ann@plain.example'], ...more };
}

/** SPF and DKIM vouch for its domain. */
function vouched(more: Partial<Letter> = {}): Letter {
  return {
    ip: HONEST,
    ehlo: 'mail.good.example',
    from: 'ann@good.example',
    header: ['From: ann@good.example'],
    signedBy: 'good.example',
    ...more,
  };
}

async function replyTo(reception: TestReception, letter: Letter): Promise<string> {
  return (await reception.send(letter)).reply;
}

const PUT_OFF = '451 4.7.1 You are not known here yet: send it again in 300 seconds';

test('a stranger is put off, and taken when the message comes again after the time', async () => {
  await using reception = await start();
  assert.equal(await replyTo(reception, unknown()), PUT_OFF);
  clock.advance(2 * MINUTE);
  assert.match(await replyTo(reception, unknown()), /^451 4\.7\.1 .* in 180 seconds$/);
  clock.advance(3 * MINUTE);
  const { reply, messageId } = await reception.send(unknown());
  assert.match(reply, /^250 /);
  assert.equal((await reception.read('bob', messageId))?.role, 'inbox');
});

test('another sender, another recipient and another network wait by themselves', async () => {
  await using reception = await start();
  await reception.send(unknown());
  clock.advance(5 * MINUTE);
  for (const other of [
    unknown({ to: ['alice'] }),
    unknown({ from: 'eve@plain.example' }),
    unknown({ ip: '198.51.101.66' }),
  ])
    assert.equal(await replyTo(reception, other), PUT_OFF);
  assert.match(await replyTo(reception, unknown({ ip: '198.51.100.7' })), /^250 /);
});

test('once taken, the network is known for the domain, for a month and more; another domain is not', async () => {
  await using reception = await start();
  await reception.send(unknown());
  clock.advance(5 * MINUTE);
  await reception.send(unknown());
  const next = unknown({ from: 'newsletter-7@plain.example', to: ['alice'] });
  assert.match(await replyTo(reception, next), /^250 /);
  assert.equal(await replyTo(reception, unknown({ from: 'a@stranger.example' })), PUT_OFF);
  for (let month = 0; month < 3; month++) {
    clock.advance(31 * DAY);
    assert.match(await replyTo(reception, unknown()), /^250 /);
  }
  clock.advance(37 * DAY);
  assert.equal(await replyTo(reception, unknown()), PUT_OFF);
});

test('a domain that SPF or DKIM vouches for is known wherever it sends from, once its mail was taken', async () => {
  await using reception = await start();
  assert.equal(await replyTo(reception, vouched()), PUT_OFF);
  clock.advance(5 * MINUTE);
  assert.match(await replyTo(reception, vouched()), /^250 /);
  const elsewhere = vouched({ ip: STRANGER, ehlo: 'host.stranger.example', to: ['alice'] });
  assert.match(await replyTo(reception, elsewhere), /^250 /);
});

test('where SPF passes, the message may come again from any host of the domain', async () => {
  const zone = world();
  const hosts = `v=spf1 ip4:${HONEST} ip4:203.0.113.7 -all`;
  zone.declare('good.example', { MX: '10 mail.good.example', TXT: hosts });
  const inquiry = { greylisting: greylistingOf() };
  await using reception = await startReception(at, zone, { clock, inquiry });
  await reception.send(vouched());
  clock.advance(5 * MINUTE);
  assert.match(await replyTo(reception, vouched({ ip: '203.0.113.7' })), /^250 /);
});

test('what ends in Junk makes nobody known', async () => {
  await using reception = await start();
  const junk = unknown({ from: 'm@stranger.example', header: ['From: ann@cautious.example'] });
  await reception.send(junk);
  clock.advance(5 * MINUTE);
  const { messageId } = await reception.send(junk);
  assert.equal((await reception.read('bob', messageId))?.role, 'junk');
  const other = unknown({ from: 'n@stranger.example' });
  assert.equal(await replyTo(reception, other), PUT_OFF);
});

describe('nobody waits', () => {
  test('to reach postmaster and abuse', async () => {
    await using reception = await start();
    for (const to of ['postmaster', 'abuse', 'Postmaster'])
      assert.match(await replyTo(reception, unknown({ to: [to] })), /^250 /);
  });

  test('whom the account wrote to', async () => {
    await using reception = await start();
    const { pool } = at.store;
    const account = (await findAccount(pool, 'bob@example.test'))!;
    await pool.query(
      `with sent as (
         insert into submissions (message_id, tenant_id, account_id, principal_id, channel, envelope, created_at, release_at, undo_status)
         select 'sent-by-bob', a.tenant_id, a.id, 1, 'smtp', '{}', $2, $2, 'final' from accounts a where a.id = $1)
       insert into submission_recipients (message_id, recipient_id, forward_path, delivered, changed_at)
       values ('sent-by-bob', 1, 'Friend@plain.example', 'yes', $2)`,
      [account.accountId, new Date(clock.now())],
    );
    const friend = unknown({ from: 'friend@plain.example' });
    assert.match(await replyTo(reception, friend), /^250 /);
    // a reverse-path that anybody can write vouches for nothing else
    assert.equal(await replyTo(reception, { ...friend, to: ['alice'] }), PUT_OFF);
  });

  test('who is spared by the settings: by network, by address, and by a domain that is vouched for', async () => {
    await using reception = await start(['198.51.100.0/24', 'good.example', '2001:db8::1']);
    assert.match(await replyTo(reception, unknown()), /^250 /);
    assert.match(await replyTo(reception, unknown({ ip: '2001:db8::1' })), /^250 /);
    assert.match(await replyTo(reception, vouched()), /^250 /);
    const claimed = unknown({ from: 'ann@good.example', ip: '203.0.113.9' });
    assert.doesNotMatch(await replyTo(reception, claimed), /^250 /);
  });

  test('with a notice of failure for what was forwarded from here', async () => {
    await using forwarder = await startForwarder(at, {
      clock,
      inquiry: { greylisting: greylistingOf([HONEST]) },
    });
    await forwarder.alias('away', 'ann@next.example');
    await forwarder.reception.send(vouched({ to: ['away'] }));
    await forwarder.until('attempt.delivered');
    const [, localPart] = /<(SRS0=[^@]+)@/.exec(forwarder.next.accepted[0]!.mail)!;
    const notice = unknown({ from: '', to: [localPart!], header: ['From: x@plain.example'] });
    assert.match(await replyTo(forwarder.reception, notice), /^250 /);
  });
});

test('what has several recipients is taken for all as soon as one of them does not wait', async () => {
  await using reception = await start();
  assert.match(await replyTo(reception, unknown({ to: ['bob', 'postmaster'] })), /^250 /);
  // which is no proof that the sender comes again
  assert.equal(await replyTo(reception, unknown({ to: ['alice'] })), PUT_OFF);
});

test('two nodes know the same', async () => {
  await using one = await start();
  await using other = await start();
  assert.equal(await replyTo(one, unknown()), PUT_OFF);
  clock.advance(5 * MINUTE);
  assert.match(await replyTo(other, unknown()), /^250 /);
  assert.match(await replyTo(one, unknown({ to: ['alice'] })), /^250 /);
});

test('why it was put off is told in both languages', async () => {
  await using reception = await start();
  await reception.send(unknown());
  const judged = reception.noted.find(({ type }) => type === 'message.judged')!;
  const told = (language: 'en' | 'ja') => {
    const { text, reasons, checks } = explainVerdict(
      'x',
      [judged as unknown as StoredEvent],
      language,
    )!;
    const { lines } = checks.find(({ check }) => check === 'greylist')!;
    return [text, reasons[0]!.text, reasons[0]!.subject, ...lines.map((line) => line.text)];
  };
  assert.deepEqual(told('en'), [
    'Verdict: put off, to see whether it comes again',
    'the sender is not known here yet, and is to send it again in so many seconds',
    '300',
    'Nobody here knows the sender at 198.51.100.0/24: put off for 300 seconds. Programs that send junk rarely come again.',
  ]);
  assert.match(told('ja').at(-1)!, /198\.51\.100\.0\/24 の送信元は未知のため、300 秒間/);
});

describe('what is remembered', () => {
  const NETWORK = randomBytes(16);
  const countRows = async (): Promise<number> => {
    const { rows } = await at.store.pool.query<{ count: number }>(
      'select count(*)::integer as count from greylist',
    );
    return rows[0]!.count;
  };

  test('is bounded for each network, whatever it sends', async () => {
    const { pool } = at.store;
    for (let i = 0; i < 10; i++)
      await notePutOff(pool, {
        keys: [randomBytes(16)],
        network: NETWORK,
        most: 4,
        now: clock.now(),
        expiresAt: clock.now() + DAY,
      });
    assert.equal(await countRows(), 4);
  });

  test('goes when its time is over, and waits anew before it is swept', async () => {
    const { pool } = at.store;
    const key = randomBytes(16);
    const put = () =>
      notePutOff(pool, {
        keys: [key],
        network: NETWORK,
        most: 4,
        now: clock.now(),
        expiresAt: clock.now() + DAY,
      });
    const first = clock.now();
    await put();
    clock.advance(DAY / 2);
    await put();
    assert.equal((await rememberedAmong(pool, [key], clock.now()))[0]!.firstSeen, first);
    clock.advance(DAY / 2);
    assert.deepEqual(await rememberedAmong(pool, [key], clock.now()), []);
    await put();
    assert.equal((await rememberedAmong(pool, [key], clock.now()))[0]!.firstSeen, clock.now());
    assert.equal(await sweepGreylist(pool, clock.now(), 10), 0);
    assert.equal(await sweepGreylist(pool, clock.now() + DAY, 10), 1);
    assert.equal(await countRows(), 0);
  });

  test('is written once for a sender who is known, not with each message', async () => {
    await using reception = await start();
    await reception.send(vouched());
    clock.advance(5 * MINUTE);
    await reception.send(vouched());
    const written = async () =>
      (await at.store.pool.query('select key, xmin from greylist order by key')).rows as unknown[];
    const before = await written();
    for (let i = 0; i < 3; i++) assert.match(await replyTo(reception, vouched()), /^250 /);
    assert.deepEqual(await written(), before);
  });
});
