/**
 * The pure parts of the SMTP server together, under random sessions: receiver, command parser and order of commands
 * in a session that says yes to everything legal. Nothing throws, every verb is met in every phase, and how the
 * octets are cut into chunks changes no answer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat } from '#bytes';
import { type Command, parseCommand, type Verb } from '#protocol/smtp/command';
import { legal, type OrderState, type Phase } from '#protocol/smtp/order';
import { Receiver, type ReceiverEvent } from '#protocol/smtp/receiver';
import { FUZZ_DEFAULTS, fuzzSessions } from '../../support/smtp/fuzz.ts';

const LIMITS = { maxSize: 10_000, maxLine: 2_000 };
const OFFERED = { auth: true, futureRelease: true, requireTls: true };

/** Plays the session; what it saw, in order, without the cuts between pieces of content. */
class DrySession {
  readonly seen: string[] = [];
  /** `VERB in phase`, for each command that was legal or not. */
  readonly met = new Set<string>();
  readonly #receiver = new Receiver({ commandLine: 2048, authLine: 12_288, discard: 100_000 });
  #state: OrderState;

  constructor(service: OrderState['service']) {
    this.#state = { phase: 'greeted', service, tls: 'active', authenticated: false };
  }

  push(chunk: Uint8Array): void {
    this.#receiver.push(chunk);
    for (let event = this.#receiver.next(); event !== undefined; event = this.#receiver.next())
      this.#take(event);
  }

  #take(event: ReceiverEvent): void {
    if (event.kind === 'content') return;
    if (event.kind === 'line') return this.#command(event.line);
    if (event.kind === 'auth-line') this.#state = { ...this.#state, authenticated: true };
    if (event.kind === 'content-end') this.#enter('hello');
    this.seen.push(
      event.kind === 'content-end' ? `${event.kind} ${JSON.stringify(event)}` : event.kind,
    );
  }

  #command(line: Uint8Array): void {
    const parsed = parseCommand(line, OFFERED);
    if (parsed.kind !== 'command') {
      this.seen.push(parsed.kind);
      return;
    }
    const { command } = parsed;
    this.met.add(`${command.verb} in ${this.#state.phase}`);
    const answer = legal(command.verb, this.#state);
    this.seen.push(`${command.verb} ${answer === 'ok' ? 'ok' : answer.kind}`);
    if (answer === 'ok') this.#obey(command);
    else if (command.verb === 'BDAT') this.#receiver.startDiscard(command.size);
  }

  #obey(command: Command): void {
    const next: Partial<Record<Verb, Phase>> = {
      EHLO: 'hello',
      HELO: 'hello',
      MAIL: 'mail',
      RCPT: 'rcpt',
    };
    const phase = next[command.verb];
    if (phase !== undefined) this.#enter(phase);
    if (command.verb === 'RSET' && this.#state.phase !== 'greeted') this.#enter('hello');
    if (command.verb === 'AUTH') this.#receiver.startAuth();
    if (command.verb === 'DATA') this.#receiver.startData(LIMITS);
    if (command.verb === 'BDAT') {
      this.#receiver.startBdat(command.size, command.last, LIMITS);
      this.#enter('bdat');
    }
  }

  #enter(phase: Phase): void {
    if (phase !== 'bdat') this.#receiver.dropContent();
    this.#state = { ...this.#state, phase };
  }
}

function play(service: OrderState['service'], chunks: readonly Uint8Array[]): DrySession {
  const session = new DrySession(service);
  for (const chunk of chunks) session.push(chunk);
  return session;
}

const SERVICES = [
  { service: 'mx', options: FUZZ_DEFAULTS },
  {
    service: 'submission',
    options: { ...FUZZ_DEFAULTS, authentication: 'AUTH PLAIN\r\nAGEAYg==\r\n' },
  },
] as const;

for (const { service, options } of SERVICES)
  test(`${service}: random sessions are answered alike however they are cut`, () => {
    fc.assert(
      fc.property(fuzzSessions(options), ({ chunks }) => {
        assert.deepEqual(play(service, chunks).seen, play(service, [concat(chunks)]).seen);
      }),
      { numRuns: 400 },
    );
  });

test('the random sessions meet every verb in every phase', () => {
  const { service, options } = SERVICES[1];
  const met = new Set<string>();
  for (const { chunks } of fc.sample(fuzzSessions(options), { numRuns: 1500, seed: 5321 }))
    for (const meeting of play(service, chunks).met) met.add(meeting);
  const verbs: readonly Verb[] = [
    'EHLO',
    'HELO',
    'MAIL',
    'RCPT',
    'DATA',
    'BDAT',
    'RSET',
    'NOOP',
    'QUIT',
    'VRFY',
    'EXPN',
    'HELP',
    'STARTTLS',
    'AUTH',
  ];
  for (const verb of verbs)
    for (const phase of ['greeted', 'hello', 'mail', 'rcpt', 'bdat'])
      assert.ok(met.has(`${verb} in ${phase}`), `${verb} in ${phase}`);
});
