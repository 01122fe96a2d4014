/** Our SASLprep against the tables of RFC 3454 in Python's own library, character by character. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { saslprep } from '#protocol/sasl/saslprep';
import { pythonPeer } from '../../support/peers/installed.ts';

const peer = pythonPeer('stringprep', 'python3');

/** Characters whose normalisation Unicode itself corrected after version 3.2 (its Corrigendum 4). */
const CORRECTED = [0x2f868, 0x2f874, 0x2f91f, 0x2f95f, 0x2f9bf];

/** The planes and blocks where the tables have anything to say. */
const RANGES = [
  [0x0000, 0xd7ff],
  [0xe000, 0xffff],
  [0x10300, 0x1044f],
  [0x1d000, 0x1d7ff],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe007f],
] as const;

const characters = RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
);

function theirs(texts: readonly string[]): readonly (string | null | false)[] {
  const { stdout, status } = spawnSync(peer.path, [join(import.meta.dirname, 'saslprep.py')], {
    input: JSON.stringify(texts),
    maxBuffer: 64_000_000,
  });
  assert.equal(status, 0);
  return JSON.parse(stdout.toString()) as (string | null | false)[];
}

for (const [before, after] of [
  ['', ''],
  ['a', 'b'],
] as const) {
  const name = before === '' ? 'alone' : `between ${before} and ${after}`;
  test(`every character ${name} is prepared as the tables say`, { skip: peer.skip }, () => {
    const texts = characters.map((character) => before + character + after);
    const differing: number[] = [];
    let assigned = 0;
    for (const [index, expected] of theirs(texts).entries()) {
      const result = saslprep(texts[index]!);
      const ours = result.kind === 'prepared' ? result.text : null;
      if (expected === false) continue; // given a meaning after Unicode 3.2, if any: ours to decide
      assigned += 1;
      if (ours !== expected) differing.push(characters[index]!.codePointAt(0)!);
    }
    // Python has the corrected ones from one of Debian's security updates on.
    if (differing.length > 0) assert.deepEqual(differing, CORRECTED);
    assert.ok(assigned > 45_000, `${assigned} characters compared`);
  });
}
