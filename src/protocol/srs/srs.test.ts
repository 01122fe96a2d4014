import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import { isSmtpMailbox, parseMailbox } from '#protocol/address/path';
import { reverseReversePath, type Reversed } from './reverse.ts';
import { rewriteReversePath, type Rewritten } from './rewrite.ts';

const SECRET = Buffer.alloc(32, 7);
const OLD = Buffer.alloc(32, 8);
const NOW = Date.UTC(2026, 10, 24, 9);
const DAY = 86_400_000;
const REFERENCE = '01k5s0c3rv4m7';

function rewrite(
  address: string | Mailbox,
  { secret = SECRET, now = NOW, domain = 'here.example' } = {},
) {
  const mailbox = typeof address === 'string' ? parseMailbox(address)! : address;
  return rewriteReversePath(mailbox, { secret, now, domain, reference: REFERENCE });
}

function mailboxOf(rewritten: Rewritten): Mailbox {
  assert.notEqual(rewritten.kind, 'does-not-fit');
  return (rewritten as { mailbox: Mailbox }).mailbox;
}

function written(address: string, more: Parameters<typeof rewrite>[1] = {}): string {
  return formatMailbox(mailboxOf(rewrite(address, more)));
}

function reverse(address: string | Mailbox, now = NOW, secrets = [SECRET, OLD]): Reversed {
  const mailbox = typeof address === 'string' ? parseMailbox(address)! : address;
  return reverseReversePath(mailbox, { secrets, now });
}

function back(address: string): string {
  const reversed = reverse(address);
  return reversed.kind === 'address' ? formatMailbox(reversed.mailbox) : reversed.kind;
}

const domain = fc
  .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/), { minLength: 1, maxLength: 3 })
  .map((labels) => `${labels.join('.')}.example`);
const localPart = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,40}$/),
  fc.stringMatching(/^SRS[01][=+-][A-Za-z0-9=]{1,30}$/),
  fc.stringMatching(/^[ -~]{1,20}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
);
const mailbox = fc.record({ localPart, domain }).filter((one) => isSmtpMailbox(one));

describe('the first forwarder', () => {
  test('writes SRS0 with a hash, the day and the address, in a domain of its own', () => {
    assert.match(
      written('ann@example.org'),
      /^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=example\.org=ann@here\.example$/,
    );
    assert.equal(back(written('ann@example.org')), 'ann@example.org');
  });

  test('keeps case, quotes, equals signs, other scripts and address literals', () => {
    for (const address of [
      'Ann.Lee@example.org',
      '"ann lee"@example.org',
      'a=b=c@example.org',
      'bounces+7=x@example.org',
      'はな@example.org',
      'ann@xn--r8jz45g.example',
      'ann@[192.0.2.1]',
    ])
      assert.equal(back(written(address)), address);
  });

  test('a text that only begins like an SRS address is an address like any other', () => {
    for (const address of [
      'SRS0@example.org',
      'SRS2=a=b@example.org',
      'SRS1=a=b@example.org',
      'SRS1=a=b c=x@x.org',
    ])
      assert.equal(rewrite(`"${address.split('@')[0]}"@example.org`).kind, 'srs0');
  });
});

describe('a later forwarder', () => {
  const first = 'SRS0=abcd=QR=example.org=ann@first.example';

  test('writes SRS1 with the name of the first, and a bounce goes straight there', () => {
    assert.match(
      written(first),
      /^SRS1=[A-Z2-7]{8}=first\.example==abcd=QR=example\.org=ann@here\.example$/,
    );
    assert.equal(back(written(first)), first);
  });

  test('the one after it has the first one stand there still, whatever came between', () => {
    const second = written(first, { domain: 'second.example', secret: OLD });
    assert.match(written(second), /^SRS1=[A-Z2-7]{8}=first\.example==abcd=/);
    assert.equal(back(written(second)), first);
  });

  test('other separators of the first are kept', () => {
    for (const other of [
      'SRS0+abcd=QR=example.org=ann@first.example',
      'srs0-abcd-QR-x-ann@first.example',
    ])
      assert.equal(back(written(other)), other.replace(/^srs0/, 'SRS0'));
  });
});

test('what comes back from a rewritten address is what it was made of', () => {
  fc.assert(
    fc.property(mailbox, domain, fc.nat({ max: 21 }), (one, at, days) => {
      const rewritten = rewrite(one, { domain: at });
      const reversed = reverse(mailboxOf(rewritten), NOW + days * DAY);
      if (rewritten.kind === 'reference')
        return assert.deepEqual(reversed, { kind: 'reference', reference: REFERENCE });
      const localPart = one.localPart.replace(/^SRS1[=+-][^=]*=[^=]*=/i, 'SRS0');
      assert.equal(reversed.kind, 'address');
      const { mailbox: given } = reversed as { mailbox: Mailbox };
      if (rewritten.kind === 'srs0') assert.deepEqual(given, { ...one });
      else assert.equal(given.localPart.toLowerCase(), localPart.toLowerCase());
    }),
    { numRuns: 2000 },
  );
});

test('every rewritten address can be carried by SMTP, in 64 octets before the @', () => {
  fc.assert(
    fc.property(mailbox, domain, (one, at) => {
      const rewritten = mailboxOf(rewrite(one, { domain: at }));
      assert.ok(isSmtpMailbox(rewritten));
      assert.equal(rewritten.domain, at);
    }),
    { numRuns: 2000 },
  );
});

test('an address that was altered in any way but its case is refused', () => {
  fc.assert(
    fc.property(
      mailbox,
      fc.nat(),
      fc.oneof(
        fc.constantFrom('', 'a', 'A', '=', '2', 'ſ', '\u212a', '.'),
        fc.string({ unit: 'grapheme', maxLength: 2 }),
      ),
      fc.constantFrom(0, 1),
      (one, place, put, cut) => {
        const rewritten = mailboxOf(rewrite(one));
        const at = place % rewritten.localPart.length;
        const altered = {
          ...rewritten,
          localPart: rewritten.localPart.slice(0, at) + put + rewritten.localPart.slice(at + cut),
        };
        const key = (text: string) => text.replaceAll(/[A-Z]/g, (c) => c.toLowerCase());
        const same = key(altered.localPart) === key(rewritten.localPart);
        const { kind } = reverse(altered);
        if (same) assert.ok(['address', 'reference'].includes(kind));
        else assert.ok(['forged', 'not-srs'].includes(kind), `${altered.localPart}: ${kind}`);
      },
    ),
    { numRuns: 2000 },
  );
});

test('an address that nobody here made leads nowhere', () => {
  for (const localPart of [
    'SRS0=AAAAAAAA=QR=example.org=ann',
    'SRS0==QR=example.org=ann',
    'SRS0=',
    'SRS0=a',
    'SRS0=a=b=c',
    'SRS1=AAAAAAAA=first.example==x',
    'SRS1=AAAAAAAA=first.example=x',
    'SRS0=AAAAAAAA=QR=-=01k5s0c3rv4m7',
    'srs0=aaaaaaaa=1!=example.org=ann',
  ])
    assert.equal(reverse({ localPart, domain: 'here.example' }).kind, 'forged', localPart);
});

test('an address made for one domain here is not one of another', () => {
  const { localPart } = mailboxOf(rewrite('ann@example.org'));
  assert.equal(reverse({ localPart, domain: 'other.example' }).kind, 'forged');
  const later = mailboxOf(rewrite('SRS0=abcd=QR=example.org=ann@first.example'));
  assert.equal(reverse({ ...later, domain: 'other.example' }).kind, 'forged');
});

test('a server on the way that writes it small or large changes nothing', () => {
  const rewritten = mailboxOf(rewrite('ann@example.org'));
  for (const localPart of [rewritten.localPart.toLowerCase(), rewritten.localPart.toUpperCase()]) {
    const reversed = reverse({ ...rewritten, localPart });
    assert.equal(reversed.kind, 'address');
    assert.equal(
      formatMailbox((reversed as { mailbox: Mailbox }).mailbox).toLowerCase(),
      'ann@example.org',
    );
  }
});

describe('its time', () => {
  const address = written('ann@example.org');

  test('is three weeks, and a day for clocks that are behind', () => {
    for (const [days, kind] of [
      [-2, 'forged'],
      [-1, 'address'],
      [0, 'address'],
      [21, 'address'],
      [22, 'expired'],
      [500, 'expired'],
    ] as const)
      assert.equal(reverse(address, NOW + days * DAY).kind, kind, `${days} days`);
  });

  test('does not come again when the two digits do', () => {
    assert.equal(reverse(address, NOW + 1024 * DAY).kind, 'forged');
  });

  test('an SRS1 address lasts as long as what the first forwarder wrote', () => {
    const later = written('SRS0=abcd=QR=example.org=ann@first.example');
    assert.equal(reverse(later, NOW + 400 * DAY).kind, 'address');
  });
});

test('the secret before the newest is accepted, and any other is not', () => {
  const address = written('ann@example.org', { secret: OLD });
  assert.equal(reverse(address).kind, 'address');
  assert.equal(reverse(address, NOW, [SECRET]).kind, 'forged');
  assert.equal(reverse(address, NOW, []).kind, 'forged');
});

describe('a reverse-path that does not fit', () => {
  const long = '0100018f3a2b4c5d-12345678-90ab-cdef-1234-567890abcdef-000000@mail.example';

  test('is named by the reference, and nothing that is no domain can be taken for it', () => {
    assert.match(written(long), /^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=-=01k5s0c3rv4m7@here\.example$/);
    assert.deepEqual(reverse(written(long)), { kind: 'reference', reference: REFERENCE });
    assert.equal(parseMailbox('x@-'), undefined);
  });

  test('is counted in octets, with the quotes that it needs', () => {
    const longest = (localPart: string) => rewrite({ localPart, domain: 'example.org' }).kind;
    // SRS0= HASH = TT = example.org =
    const room = 64 - 5 - 8 - 1 - 2 - 1 - 11 - 1;
    assert.equal(longest('a'.repeat(room)), 'srs0');
    assert.equal(longest('a'.repeat(room + 1)), 'reference');
    assert.equal(longest('は'.repeat(Math.floor(room / 3))), 'srs0');
    assert.equal(longest('は'.repeat(Math.floor(room / 3) + 1)), 'reference');
    assert.equal(longest(`a b${'c'.repeat(room - 5)}`), 'srs0');
    assert.equal(longest(`a b${'c'.repeat(room - 4)}`), 'reference');
  });

  test('a domain that leaves no room at all is told', () => {
    const domain = `${`${'d'.repeat(60)}.`.repeat(4)}example`;
    assert.equal(rewrite(long, { domain }).kind, 'does-not-fit');
  });
});
