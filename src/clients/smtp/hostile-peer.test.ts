/** Whatever a peer answers, the client ends with an outcome for every recipient: it never throws and never hangs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mailOf, openTo } from '../../../test/support/smtp/client.ts';
import {
  HANG_UP,
  SILENCE,
  startSmtpPeer,
  type Answer,
  type Moment,
  type Reaction,
} from '../../../test/support/smtp/scripted-peer.ts';

const MOMENTS: readonly Moment[] = [
  'GREETING',
  'EHLO',
  'HELO',
  'MAIL',
  'RCPT',
  'DATA',
  'FIRST-CONTENT',
  'END-OF-DATA',
  'BDAT',
  'RSET',
];

const reactions: fc.Arbitrary<Reaction> = fc.oneof(
  fc.constantFrom<Reaction>(
    HANG_UP,
    SILENCE,
    '250 ok',
    '250 2.1.5 ok',
    '354 go',
    '421 4.3.2 closing',
    '450 later',
    '451 4.7.1 greylisted',
    '452 4.5.3 too many',
    '503 5.5.1 order',
    '550 5.1.1 no such user',
    '552 too many',
    '220 again',
    '250-half',
    { raw: '250 ok\r\n250 twice\r\n' },
    { raw: '250-a\r\n251 b\r\n' },
    { raw: '' },
    { raw: '2' },
    { raw: '550 no\r\n', hangUp: true },
    { raw: 'x'.repeat(5000) },
    { raw: '250 x\r\n'.repeat(3000) },
  ),
  fc
    .string({
      unit: fc.constantFrom('2', '5', '0', '-', ' ', '\r', '\n', '\0', '\xff'),
      maxLength: 30,
    })
    .map((raw) => ({ raw })),
);

const scripts = fc.dictionary(
  fc.constantFrom(...MOMENTS),
  fc.tuple(reactions, fc.nat(2)).map(
    ([reaction, after]): Answer =>
      (_, times) =>
        times > after ? reaction : undefined,
  ),
  { maxKeys: 4, noNullPrototype: true },
);

const offers = fc.subarray([
  'PIPELINING',
  'CHUNKING',
  'SIZE 5',
  'LIMITS RCPTMAX=1 MAILMAX=2',
  'DSN',
]);

test('every recipient gets an outcome with a status of its class, in bounded time', async () => {
  const to = ['a@peer.test', 'b@peer.test', 'c@other.test'];
  const ms = 15;
  const limits = {
    greetingMs: ms,
    helloMs: ms,
    mailMs: ms,
    rcptMs: ms,
    dataMs: ms,
    blockMs: ms,
    endOfDataMs: ms,
    quitMs: ms,
    replyOctets: 10_000,
  };
  await fc.assert(
    fc.asyncProperty(scripts, offers, async (answers, extensions) => {
      await using peer = await startSmtpPeer({ answers, extensions });
      const result = await openTo(peer.port, {}, limits);
      if (result.kind === 'not-open') {
        assert.match(result.outcome.kind, /^(deferred|failed)$/);
        return;
      }
      const { session } = result;
      for (let i = 0; i < 3; i++) {
        const { outcomes } = await session.deliver(mailOf('Subject: x\r\n\r\n.\r\n', to));
        assert.equal(outcomes.length, 3);
        for (const outcome of outcomes) {
          if (outcome.kind === 'abandoned') assert.fail('nobody asked to abandon');
          const first =
            outcome.kind === 'delivered' ? '2' : outcome.kind === 'deferred' ? '4' : '5';
          assert.equal(outcome.status[0], first);
        }
      }
      await session.quit();
    }),
    { numRuns: 250 },
  );
});
