/**
 * Real notices of failure, as Sisimai sorts them. What counts here is whether an address is suppressed: hard, or not. Where we see it another
 * way the mail is named with the reason.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { readBounce, type ReadBounce } from '#protocol/bounce/read-bounce';

const SUITE = fileURLToPath(new URL('bounces-sisimai/', import.meta.url));

interface Expected {
  readonly dsn: string;
  readonly reason: string;
  readonly hard: boolean;
}

const expected = JSON.parse(readFileSync(`${SUITE}expected.json`, 'utf8')) as Record<
  string,
  readonly Expected[]
>;

/** The suite has LF alone. */
function read(name: string): ReadBounce {
  const text = readFileSync(`${SUITE}${name}.eml`, 'latin1');
  return readBounce(fromLatin1(text.replaceAll(/\r?\n/g, '\r\n')));
}

const wordOf = (bounce: ReadBounce): string =>
  bounce.kind === 'failed' ? bounce.report.class : bounce.kind;

/** Ours, and why. */
const SEEN_OTHERWISE: Readonly<Record<string, readonly [ours: string, why: string]>> = {
  'lhost-dragonfly-21': ['hard', 'an account that is disabled takes no mail'],
  'lhost-exim-31': ['ours', 'the text leaves open whether the domain is missing or we are listed'],
  'lhost-exim-37': ['soft', '«does not exist» alone does not say what: it may be the sender'],
  'lhost-messagingserver-03': ['hard', '«User Unknown» says more than 5.7.1'],
  'lhost-messagingserver-05': ['soft', '5.4.4 is no route, which may come back'],
  'lhost-postfix-01': ['hard', '5.1.1 and «No such user»'],
  'lhost-postfix-05': ['soft', '450 4.1.1 is for now'],
  'lhost-postfix-07': ['hard', '«User unknown», at a stage that is not told'],
  'lhost-qmail-11': ['soft', '5.4.4 is no route, which may come back'],
  'lhost-sendmail-41': ['soft', 'refused after the content, which is what filters do'],
  'rfc3464-01': ['hard', '5.1.1 and «User Unknown»'],
  'rfc3464-35': ['hard', '«user unknown»'],
  'rhost-google-01': ['hard', 'an account that is disabled takes no mail'],
  'rhost-google-07': ['hard', 'an account that is inactive takes no mail'],
};

test('152 notices: hard and not hard are told apart as Sisimai does, but for 14', (t) => {
  const names = Object.keys(expected);
  assert.equal(names.length, 152);
  const counts: Record<string, number> = {};
  const otherwise: Record<string, string> = {};
  for (const name of names) {
    const word = wordOf(read(name));
    counts[word] = (counts[word] ?? 0) + 1;
    const hard = expected[name]!.every((one) => one.hard);
    if ((word === 'hard') !== hard) otherwise[name] = word;
  }
  t.diagnostic(`cases: ${names.length}, ${JSON.stringify(counts)}`);
  assert.deepEqual(
    otherwise,
    Object.fromEntries(Object.entries(SEEN_OTHERWISE).map(([name, [ours]]) => [name, ours])),
  );
});

test('complaints and answers of programs are told apart from failures', () => {
  for (const name of Object.keys(expected)) {
    const reasons = new Set(expected[name]!.map(({ reason }) => reason));
    const word = wordOf(read(name));
    if (reasons.has('feedback'))
      assert.ok(word === 'complaint' || name === 'arf-23', `${name}: ${word}`);
    else assert.notEqual(word, 'complaint', name);
    if (reasons.has('vacation')) assert.equal(word, 'auto-reply', name);
  }
});

test('a status that the notice states is the one that is read, where it names one recipient', () => {
  const others: string[] = [];
  let same = 0;
  for (const [name, recipients] of Object.entries(expected)) {
    const bounce = read(name);
    const [only] = recipients;
    // 0.9xx is what Sisimai makes up where nothing is stated
    if (recipients.length !== 1 || bounce.kind !== 'failed' || /\.9\d\d$|^$/.test(only!.dsn)) continue;
    if (bounce.report.status === only!.dsn) same++;
    else others.push(`${name}: ${bounce.report.status}, not ${only!.dsn}`);
  }
  assert.deepEqual([same, others], [111, []]);
});
