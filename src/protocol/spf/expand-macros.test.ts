/** The examples of RFC 7208 §7.4 and what they leave out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandDomain, expandText, type MacroValues } from './expand-macros.ts';
import { parseMacroString, type MacroString } from './macro-string.ts';

const VALUES: MacroValues = {
  s: 'strong-bad@email.example.com',
  l: 'strong-bad',
  o: 'email.example.com',
  d: 'email.example.com',
  i: '192.0.2.3',
  p: 'unknown',
  h: 'mx.example.org',
  c: '192.0.2.3',
  r: 'receiver.example',
  t: '1710000000',
  v: 'in-addr',
};

function parts(text: string): MacroString {
  const parsed = parseMacroString(text, true);
  assert.ok(parsed.kind === 'macro-string');
  return parsed.parts;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  '%{s}': 'strong-bad@email.example.com',
  '%{o}': 'email.example.com',
  '%{d}': 'email.example.com',
  '%{d4}': 'email.example.com',
  '%{d3}': 'email.example.com',
  '%{d2}': 'example.com',
  '%{d1}': 'com',
  '%{dr}': 'com.example.email',
  '%{d2r}': 'example.email',
  '%{l}': 'strong-bad',
  '%{l-}': 'strong.bad',
  '%{lr}': 'strong-bad',
  '%{lr-}': 'bad.strong',
  '%{l1r-}': 'strong',
  '%{ir}.%{v}._spf.%{d2}': '3.2.0.192.in-addr._spf.example.com',
  '%{lr-}.lp._spf.%{d2}': 'bad.strong.lp._spf.example.com',
  '%{lr-}.lp.%{ir}.%{v}._spf.%{d2}': 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com',
  '%{d2}.trusted-domains.example.net': 'example.com.trusted-domains.example.net',
  '%{S}': 'strong-bad%40email.example.com',
  '%{D1R}': 'email',
  '%{l99999999999999999999}': 'strong-bad',
};

test('the examples of RFC 7208 §7.4', () => {
  for (const [macro, expected] of Object.entries(EXAMPLES)) {
    assert.equal(expandDomain(parts(macro), VALUES), expected, macro);
    assert.equal(expandText(parts(macro), VALUES, 500).text, expected, macro);
  }
});

test('escapes stand for a percent sign and for spaces', () => {
  assert.equal(expandText(parts('100%% of%_it%-is'), VALUES, 500).text, '100% of it%20is');
});

test('a name that is too long loses labels on its left, never a part of one', () => {
  const long = Array.from({ length: 60 }, (_, n) => `label${n}`).join('.');
  const name = expandDomain(parts(`%{s}.${long}.%{d}`), VALUES);
  assert.ok(name.length <= 253 && name.length > 253 - 'label10.'.length, String(name.length));
  assert.match(name, /^label\d+\.label/);
  assert.ok(`.${long}.email.example.com`.endsWith(`.${name}`));
  const exact = `${'a'.repeat(50)}.`.repeat(5).slice(0, 253);
  assert.equal(expandDomain(parts(exact), VALUES), exact);
});

test('a final dot is dropped', () => {
  assert.equal(expandDomain(parts('x.example.'), VALUES), 'x.example');
});

test('a text is cut where it is too long', () => {
  assert.deepEqual(expandText(parts('%{s}%{s}%{s}'), VALUES, 30), {
    text: 'strong-bad@email.example.comst',
    isCut: true,
  });
});

test('a bomb of macros costs no more than a name', () => {
  const bomb = parts('%{s1r-}'.repeat(9000));
  const start = process.cpuUsage();
  for (let n = 0; n < 200; n++) assert.ok(expandDomain(bomb, VALUES).length <= 253);
  const { user } = process.cpuUsage(start);
  // far above what it takes, far below what 200 times 9,000 macros would
  assert.ok(user < 1_000_000, `${user} µs`);
});
