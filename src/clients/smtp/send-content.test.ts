import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { mailOf, sessionTo } from '../../../test/support/smtp/client.ts';
import { startSmtpPeer, type PeerScript } from '../../../test/support/smtp/scripted-peer.ts';
import type { SmtpClientLimits } from './limits.ts';
import type { Content, Mail } from './mail.ts';

const BY_DATA: PeerScript = { extensions: ['8BITMIME', 'PIPELINING'] };
const BY_BDAT: PeerScript = { extensions: ['8BITMIME', 'CHUNKING'] };
const EAGER: PeerScript = { extensions: ['8BITMIME', 'CHUNKING', 'PIPELINING'] };
const WAYS = { BY_DATA, BY_BDAT, EAGER };

const HEADER = 'Subject: dots\r\n\r\n';

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
}

function contentOf(chunks: readonly Uint8Array[], asStream: boolean): Content {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    size,
    eightBit: true,
    smtputf8: false,
    chunks: asStream ? () => streamed(chunks) : chunks,
  };
}

async function attempt(
  script: PeerScript,
  more: Partial<Mail>,
  limits: Partial<SmtpClientLimits> = {},
) {
  await using peer = await startSmtpPeer(script);
  await using session = await sessionTo(peer.port, {}, limits);
  const delivery = await session.deliver(mailOf('', undefined, more));
  const { reusable } = session;
  if (!reusable) await peer.idle();
  return {
    outcome: delivery.outcomes[0]!,
    dialogue: delivery.dialogue,
    reusable,
    accepted: peer.accepted,
  };
}

for (const [name, script] of Object.entries(WAYS)) {
  test(`${name}: content arrives octet for octet, however it is cut, from memory or streamed`, async () => {
    await using peer = await startSmtpPeer(script);
    await using session = await sessionTo(peer.port, {}, { eagerOctets: 100 });
    const line = fc.string({ unit: fc.constantFrom('.', 'a', '\xe9', ' '), maxLength: 6 });
    const body = fc
      .array(line, { maxLength: 40 })
      .map((lines) => lines.map((l) => `${l}\r\n`).join(''));
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.array(fc.nat(300), { maxLength: 5 }),
        fc.boolean(),
        async (text, cuts, asStream) => {
          const whole = fromLatin1(HEADER + text);
          const ends = [
            ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b),
            whole.length,
          ];
          const chunks = ends.map((end, i) => whole.subarray(ends[i - 1] ?? 0, end));
          const { outcomes } = await session.deliver(
            mailOf('', undefined, { content: contentOf(chunks, asStream) }),
          );
          assert.equal(outcomes[0]!.kind, 'delivered');
          assert.deepEqual(peer.accepted.at(-1)!.content, Buffer.from(whole));
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`${name}: megabytes arrive unchanged, in memory and streamed`, async () => {
    const chunk = utf8(`${'.'.repeat(70)}\r\n`.repeat(3640));
    const chunks = [utf8(HEADER), ...Array.from({ length: 12 }, () => chunk)];
    for (const asStream of [false, true]) {
      const { outcome, accepted } = await attempt(script, { content: contentOf(chunks, asStream) });
      assert.equal(outcome.kind, 'delivered');
      assert.ok(accepted[0]!.content.equals(Buffer.concat(chunks)));
    }
  });

  test(`${name}: when the last question is answered with no, the peer has accepted nothing`, async () => {
    const small = [utf8(`${HEADER}hello\r\n`)];
    const large = [utf8(HEADER), utf8('x\r\n'.repeat(100_000)), utf8('end\r\n')];
    for (const chunks of [small, large]) {
      for (const asStream of [false, true]) {
        for (const answer of [false, Promise.resolve(false)]) {
          const { outcome, accepted } = await attempt(script, {
            content: contentOf(chunks, asStream),
            beforeFinalDot: () => answer,
          });
          assert.deepEqual(outcome, { kind: 'abandoned' });
          assert.equal(accepted.length, 0);
        }
      }
    }
  });

  test(`${name}: the last question is asked once, when it is answered with yes the mail is delivered`, async () => {
    let asked = 0;
    const { outcome, accepted } = await attempt(script, {
      content: contentOf([utf8(HEADER), utf8('hello\r\n')], false),
      beforeFinalDot: () => {
        asked += 1;
        return true;
      },
    });
    assert.equal(asked, 1);
    assert.equal(outcome.kind, 'delivered');
    assert.equal(accepted.length, 1);
  });

  test(`${name}: bare CR, bare LF, NUL and false declarations never become mail`, async () => {
    const cases: readonly (readonly [string, string, Partial<Content>])[] = [
      ['a\nb\r\n', 'bare-line-ending', {}],
      ['a\rb\r\n', 'bare-line-ending', {}],
      ['a\r\n\n.\r\nMAIL\r\n', 'bare-line-ending', {}],
      ['a\r', 'bare-line-ending', {}],
      ['a\0b\r\n', 'nul', {}],
      ['caf\xe9\r\n', 'eight-bit', { eightBit: false }],
      ['longer than said\r\n', 'size-differs', { size: 20 }],
      ['shorter than said\r\n', 'size-differs', { size: 2000 }],
    ];
    for (const [text, reason, facts] of cases) {
      for (const asStream of [false, true]) {
        const bytes = fromLatin1(HEADER + text);
        const content = { ...contentOf([bytes], asStream), ...facts };
        const { outcome, accepted, reusable } = await attempt(script, { content });
        assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
        assert.equal(outcome.status, '5.6.0');
        assert.equal(outcome.cause.kind === 'content' && outcome.cause.reason, reason);
        assert.equal(accepted.length, 0);
        // From memory it shows before anything is said, so the session is as good as before.
        assert.equal(reusable, !asStream);
      }
    }
  });

  test(`${name}: content that the store cannot hand over is deferred, and the source is released`, async () => {
    let released = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield utf8(HEADER);
        await Promise.resolve();
        throw new Error('disk on fire');
      } finally {
        released = true;
      }
    }
    const content = { size: 1000, eightBit: false, smtputf8: false, chunks: failing };
    const { outcome, accepted } = await attempt(script, { content });
    assert.ok(outcome.kind === 'deferred');
    assert.equal(outcome.status, '4.3.0');
    assert.equal(outcome.cause.kind === 'content' && outcome.cause.reason, 'unreadable');
    assert.equal(accepted.length, 0);
    assert.equal(released, true);
  });

  test(`${name}: the record shows how much content was sent, and none of it`, async () => {
    const secret = 'the treasure is under the oak';
    const { dialogue } = await attempt(script, {
      content: contentOf([utf8(`${HEADER}${secret}\r\n`)], false),
    });
    assert.ok(!JSON.stringify(dialogue).includes(secret));
    assert.deepEqual(
      dialogue.flatMap((entry) => (entry.kind === 'content' ? [entry.octets] : [])),
      [HEADER.length + secret.length + 2],
    );
  });
}

test('a source that is not read to its end is released', async () => {
  let released = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        await Promise.resolve();
        yield utf8(`${'x'.repeat(998)}\r\n`.repeat(50));
      }
    } finally {
      released = true;
    }
  }
  const content = { size: 1e9, eightBit: false, smtputf8: false, chunks: endless };
  const { outcome, accepted } = await attempt(
    { ...BY_DATA, answers: { 'FIRST-CONTENT': { raw: '552 5.3.4 too big\r\n', hangUp: true } } },
    { content },
  );
  assert.ok(outcome.kind === 'failed');
  assert.equal(outcome.stage, 'data');
  assert.equal(outcome.status, '5.3.4');
  assert.equal(accepted.length, 0);
  assert.equal(released, true);
});

test('a chunk refused ends the message there, and the session goes on after RSET', async () => {
  for (const extensions of [['CHUNKING'], ['CHUNKING', 'PIPELINING']]) {
    await using peer = await startSmtpPeer({
      extensions,
      answers: { BDAT: (_, times) => (times === 2 ? '552 5.3.4 too big' : undefined) },
    });
    await using session = await sessionTo(peer.port, {}, { eagerOctets: 0 });
    const piece = utf8('x\r\n'.repeat(1000));
    const chunks = Array.from({ length: 9 }, () => piece);
    const content = { size: 27_000, eightBit: false, smtputf8: false, chunks };
    const refused = await session.deliver(mailOf('', undefined, { content }));
    assert.equal(refused.outcomes[0]!.kind, 'failed');
    assert.ok(peer.commands.filter((line) => line.startsWith('BDAT')).length < 9);
    assert.equal(peer.accepted.length, 0);
    assert.equal(session.reusable, true);
    const next = await session.deliver(mailOf('Subject: x\r\n\r\n'));
    assert.equal(next.outcomes[0]!.kind, 'delivered');
    assert.ok(peer.commands.includes('RSET'));
  }
});

test('a peer that stops taking content is given up after the block time-out', async () => {
  const chunks = Array.from({ length: 100 }, () => utf8(`${'x'.repeat(998)}\r\n`.repeat(262)));
  const content = { size: 26_200_000, eightBit: false, smtputf8: false, chunks };
  await using peer = await startSmtpPeer({
    answers: { DATA: { raw: '354 go\r\n', stopReading: true } },
  });
  const session = await sessionTo(peer.port, {}, { blockMs: 60 });
  const [outcome] = (await session.deliver(mailOf('', undefined, { content }))).outcomes;
  assert.ok(outcome?.kind === 'deferred');
  assert.equal(outcome.stage, 'data');
  assert.equal(outcome.status, '4.4.2');
});
