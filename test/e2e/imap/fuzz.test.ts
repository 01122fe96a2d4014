/** Every command in every state, well formed and broken, on running listeners; `npm run fuzz` plays more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { VERBS, wildSession } from '../../support/imap/fuzz.ts';
import {
  faultLog,
  judgeWild,
  newImapTally,
  playCommands,
  playWild,
  sampleCommands,
  STATES,
  tagsOf,
  Witness,
} from '../../support/imap/fuzz-play.ts';
import { FUZZ_LIMITS, startTestImap } from '../../support/imap/own-server.ts';
import { openTestStore } from '../../support/smtp/own-server.ts';

const SEED = 5322;
const PER_VERB = 3;
const WILD = 60;

test('every command in every state has one reply, and a session beside it is not disturbed', async () => {
  await using at = await openTestStore();
  const tally = newImapTally();
  await using imap = await startTestImap(at, { limits: FUZZ_LIMITS, log: faultLog(tally) });
  const account = imap.account('alice');
  await using witness = await Witness.begin(account);
  await Promise.all(
    STATES.map((state, i) =>
      playCommands(account, state, sampleCommands(PER_VERB, SEED + i), tally),
    ),
  );
  assert.deepEqual(tally.faults, []);
  assert.equal(await witness.disturbed(), undefined);
  const met = new Set([...tally.answered.keys()].map((name) => name.split(':')[0]));
  for (const state of STATES)
    for (const verb of VERBS) assert.ok(met.has(`${verb} in ${state}`), `${verb} in ${state}`);
});

test('octets that follow no order are answered or ended, in the order of their tags', async () => {
  await using at = await openTestStore();
  const tally = newImapTally();
  await using imap = await startTestImap(at, { limits: FUZZ_LIMITS, log: faultLog(tally) });
  await using witness = await Witness.begin(imap.account('alice'));
  const wild = fc.sample(wildSession(false), { numRuns: WILD, seed: SEED });
  const tagged = fc.sample(wildSession(true), { numRuns: WILD, seed: SEED });
  for (let i = 0; i < WILD; i++) {
    const account = imap.account('alice', i % 3 === 0 ? 'starttls' : 'implicit');
    await Promise.all([
      playWild(account, account.tls === 'implicit', wild[i]!, [], tally),
      playWild(imap.account('alice'), i % 4 !== 0, tagged[i]!, tagsOf(tagged[i]!), tally),
    ]);
    assert.deepEqual(tally.faults, []);
  }
  assert.equal(await witness.disturbed(), undefined);
});

for (const [what, received, fault] of [
  ['a command without a reply', 'f0 OK x\r\n', /and not: f0 f1/],
  ['two replies', 'f0 OK x\r\nf0 OK x\r\n', /two replies/],
  ['the wrong order', 'f1 OK x\r\nf0 OK x\r\n', /answered: f1 f0/],
  ['an error of the server', 'f0 NO [SERVERBUG] x\r\n', /SERVERBUG/],
  ['half a response', 'f0 OK x\r\nf1 OK', /half a response/],
  ['half a list', '* LIST ( "/" a\r\nf0 OK x\r\nf1 OK x\r\n', /no \) in/],
] as const)
  test(`the judge finds ${what}`, () => {
    assert.match(judgeWild(Buffer.from(received), ['f0', 'f1']) ?? 'none', fault);
  });

test('the judge is content with a good session, also where BYE ends it', () => {
  const good = '* OK hello\r\nf0 OK x\r\n* 1 FETCH (BODY[] {3}\r\na\r\n)\r\nf1 BAD x\r\n';
  assert.equal(judgeWild(Buffer.from(good), ['f0', 'f1']), undefined);
  const ended = 'f0 OK x\r\n* BYE x\r\n';
  assert.equal(judgeWild(Buffer.from(ended), ['f0', 'f1']), undefined);
});
