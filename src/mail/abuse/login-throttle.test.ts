import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Standing } from '#store/abuse/known-places';
import { Counters } from './counters.ts';
import { CHEAP_PACE, LOGIN_PACES, LOGIN_PATIENCE, LOGIN_SLOT } from './limits.ts';
import { gapAfter, LoginThrottle, type Guess, type Ticket } from './login-throttle.ts';

const NOON = Math.floor(1_750_000_000_000 / LOGIN_SLOT) * LOGIN_SLOT;
const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

function newThrottle(): LoginThrottle {
  return new LoginThrottle(new Counters({ slot: LOGIN_SLOT, capacity: 50_000, shareFrom: 1 }));
}

let secrets = 0;

function guess(options: Partial<Guess> = {}): Guess {
  return {
    address: '192.0.2.1',
    network: '192.0.2.0/24',
    shared: false,
    name: 'alice',
    secret: `secret ${++secrets}`,
    hopeless: false,
    ...options,
  };
}

/** A botnet's member. */
function bot(number: number, options: Partial<Guess> = {}): Guess {
  const network = `100.${number >> 8}.${number & 255}`;
  return guess({ address: `${network}.${number % 200}`, network: `${network}.0/24`, ...options });
}

/** A manual clock and the guesses under way on it. */
class Attack {
  readonly throttle = newThrottle();
  time = 0;
  checked = 0;
  #checks: { readonly at: number; readonly ticket: Ticket }[] = [];

  /** Whether it was let in. */
  try(one: Guess, standing: Standing = 'stranger'): boolean {
    const reserved = this.throttle.reserve(one, standing, NOON + this.time, this.time, 1);
    if (reserved.kind !== 'go') return false;
    assert.ok(reserved.wait <= LOGIN_PATIENCE);
    this.#checks.push({ at: this.time + reserved.wait, ticket: reserved.ticket });
    return true;
  }

  /** Lets so much time pass; what comes to its turn meanwhile was wrong. */
  advance(ms: number): void {
    const until = this.time + ms;
    const due = this.#checks.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    this.#checks = this.#checks.filter(({ at }) => at > until);
    for (const { at, ticket } of due) {
      this.time = Math.max(this.time, at);
      this.checked++;
      this.throttle.fail(ticket, ticket.standing, NOON + this.time, this.time);
    }
    this.time = until;
  }

  /** How long the guess would wait now; undefined where it is put off. */
  wait(one: Guess, standing: Standing): number | undefined {
    const reserved = this.throttle.reserve(one, standing, NOON + this.time, this.time, 1);
    if (reserved.kind !== 'go') return undefined;
    this.throttle.release(reserved.ticket, 'right', this.time);
    return reserved.wait;
  }
}

test('gaps double from one second to the most, and the first failures are free', () => {
  const rule = { free: 3, most: 5000 };
  assert.deepEqual(
    [0, 2, 3, 4, 5, 6, 1e6].map((failures) => gapAfter(failures, rule)),
    [0, 0, 1000, 2000, 4000, 5000, 5000],
  );
});

test('whatever strangers do, an owner at a known place never waits', () => {
  const step = fc.record({
    number: fc.integer({ min: 0, max: 300 }),
    times: fc.integer({ min: 1, max: 60 }),
    pause: fc.integer({ min: 0, max: 120 * SECOND }),
    // in the owner's network too, and at the owner's very address by other names
    kind: fc.constantFrom('botnet', 'neighbour', 'other-name', 'hopeless', 'no-secret'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const attack = new Attack();
      for (const { number, times, pause, kind } of steps) {
        for (let i = 0; i < times; i++) {
          if (kind === 'botnet') attack.try(bot(number + i));
          else if (kind === 'neighbour')
            attack.try(guess({ address: `192.0.2.${2 + (number % 200)}` }));
          else if (kind === 'other-name') attack.try(guess({ name: `name ${number}` }));
          else if (kind === 'hopeless') attack.try(bot(number, { hopeless: true }));
          else attack.try(bot(number, { secret: undefined }));
        }
        attack.advance(pause);
        assert.equal(attack.wait(guess(), 'address'), 0);
      }
    }),
    { numRuns: 40 },
  );
});

test('who shares the owner’s address and guesses at its name makes the owner wait seconds, and locks nobody out', () => {
  const attack = new Attack();
  for (let i = 0; i < 500; i++) {
    attack.try(guess(), 'address');
    attack.advance(SECOND);
  }
  attack.advance(LOGIN_PATIENCE);
  const wait = attack.wait(guess(), 'address');
  assert.ok(wait !== undefined && wait <= LOGIN_PACES['name-at-address'].most, String(wait));
  assert.ok(attack.checked < 150, `${attack.checked} guesses in 560 seconds`);
});

test('a botnet that tries without pause has a bounded number of guesses at one name in a day', () => {
  const attack = new Attack();
  // four hours of it: eight thousand networks, each as often as it is let
  const span = 4 * 60 * 60 * SECOND;
  let number = 0;
  while (attack.time < span) {
    for (let i = 0; i < 20; i++) attack.try(bot(number++ % 8000));
    attack.advance(5 * SECOND);
  }
  const first = LOGIN_PACES['name-first'];
  const again = LOGIN_PACES['name-again'];
  const most = first.free + again.free + span / first.most + span / again.most + 40;
  assert.ok(attack.checked <= most, `${attack.checked} of ${most}`);
});

test('one address has a bounded number of guesses in a day, by whatever names', () => {
  const attack = new Attack();
  while (attack.time < DAY) {
    for (let i = 0; i < 5; i++) attack.try(guess({ name: `name ${secrets % 977}` }));
    attack.advance(30 * SECOND);
  }
  const { free, most } = LOGIN_PACES.address;
  assert.ok(attack.checked <= free + DAY / most + 20, String(attack.checked));
  assert.ok(attack.checked > 1000, 'nothing was tried');
});

test('an owner in a strange place gets through beside networks that have failed before', () => {
  const attack = new Attack();
  for (let round = 0; round < 200; round++) {
    for (let number = 0; number < 300; number++) attack.try(bot(number));
    attack.advance(10 * SECOND);
  }
  for (let number = 0; number < 10; number++) attack.try(bot(number));
  assert.equal(attack.try(bot(5)), false, 'those that failed are put off');
  const wait = attack.wait(
    guess({ address: '198.51.100.7', network: '198.51.100.0/24' }),
    'stranger',
  );
  assert.ok(wait !== undefined && wait <= LOGIN_PACES['name-first'].most, String(wait));
});

test('the same wrong secret counts once, whoever retries it every minute', () => {
  const attack = new Attack();
  for (let minute = 0; minute < 24 * 60; minute++) {
    assert.ok(attack.try(guess({ secret: 'old password' })));
    attack.advance(60 * SECOND);
  }
  assert.equal(attack.wait(guess({ name: 'bob' }), 'stranger'), 0);
  assert.equal(attack.wait(guess({ secret: 'the new one' }), 'stranger'), 0);
});

test('the same wrong secret without pause is checked twice a second at most', () => {
  const attack = new Attack();
  attack.try(guess({ secret: 'old' }));
  attack.advance(SECOND);
  for (let i = 0; i < 600; i++) {
    for (let j = 0; j < 20; j++) attack.try(guess({ secret: 'old' }));
    attack.advance(SECOND);
  }
  assert.ok(attack.checked <= 600 * (SECOND / CHEAP_PACE.gap) + CHEAP_PACE.atOnce + 200);
});

test('app passwords are not held up by an attack on the name, wherever they are used', () => {
  const attack = new Attack();
  for (let number = 0; number < 3000; number++) attack.try(bot(number));
  attack.advance(SECOND);
  for (let i = 0; i < 500; i++)
    assert.equal(attack.wait(guess({ address: '198.51.100.7', hopeless: true }), 'stranger'), 0);
});

test('who logs in often and rightly never waits', () => {
  const attack = new Attack();
  for (let i = 0; i < 1000; i++) assert.equal(attack.wait(guess(), 'stranger'), 0);
});

test('many guesses at once are not checked before the first has failed', () => {
  const attack = new Attack();
  for (let i = 0; i < 200; i++) attack.try(guess());
  attack.advance(0);
  assert.ok(attack.checked <= LOGIN_PACES['name-again'].free + 2, String(attack.checked));
});

test('behind an address that stands for everybody only the name is slowed', () => {
  const attack = new Attack();
  for (let i = 0; i < 200; i++) {
    attack.try(guess({ shared: true }));
    attack.advance(SECOND);
  }
  assert.equal(attack.wait(guess({ shared: true, name: 'bob' }), 'stranger'), 0);
});

test('memory is bounded by what is under way', () => {
  const attack = new Attack();
  for (let i = 0; i < 20_000; i++) {
    attack.try(bot(i, { name: `name ${i}` }));
    attack.advance(100);
  }
  attack.advance(2 * LOGIN_PATIENCE);
  attack.throttle.sweep(attack.time);
  assert.equal(attack.throttle.size, 0);
});
