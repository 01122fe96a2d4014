import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loopFindings } from './import-loops.ts';

/** Findings for files that hold nothing but these imports. */
function findings(files: Readonly<Record<string, string>>) {
  return loopFindings(Object.entries(files).map(([path, text]) => ({ path, text })));
}

const MUTUAL = {
  'src/mail/a.ts': "import { b } from './b.ts';",
  'src/mail/b.ts': "import { a } from './a.ts';",
};

test('files that import one way only are in no loop', () => {
  const diamond = {
    'src/a.ts': "import { b } from '#mail/b';\nimport { c } from '#mail/c';",
    'src/mail/b.ts': "import { d } from './d.ts';",
    'src/mail/c.ts': "import { d } from './d.ts';\nimport pg from 'pg';",
    'src/mail/d.ts': "import { e } from '#not/there';",
  };
  assert.deepEqual(findings(diamond), []);
});

test('two files that import each other are told as the way around', () => {
  assert.deepEqual(findings(MUTUAL), [
    'src/mail/a.ts: a loop of imports: src/mail/a.ts → src/mail/b.ts → src/mail/a.ts',
  ]);
});

test('a file that imports itself is a loop', () => {
  assert.deepEqual(findings({ 'src/a.ts': "import { a } from './a.ts';" }), [
    'src/a.ts: a loop of imports: src/a.ts → src/a.ts',
  ]);
});

test('types and imports at run time count, across folders too', () => {
  const loop = {
    'src/cli/a.ts': "import type { B } from '#store/b';",
    'src/store/b.ts': "const c = await import('#mail/c');",
    'src/mail/c.ts': "export * from '#cli/a';",
  };
  assert.deepEqual(findings(loop), [
    'src/cli/a.ts: a loop of imports: src/cli/a.ts → src/store/b.ts → src/mail/c.ts → src/cli/a.ts',
  ]);
});

test('the shortest way around is told, with how many others are knotted to it', () => {
  const knot = {
    'src/a.ts': "import './b.ts';\nimport './c.ts';",
    'src/b.ts': "import './c.ts';",
    'src/c.ts': "import './d.ts';",
    'src/d.ts': "import './a.ts';",
  };
  assert.deepEqual(findings(knot), [
    'src/a.ts: a loop of imports: src/a.ts → src/c.ts → src/d.ts → src/a.ts (1 more in the same knot)',
  ]);
});

test('loops that share no file are told one by one', () => {
  const two = {
    ...MUTUAL,
    'src/store/c.ts': "import './d.ts';\nimport '#mail/a';",
    'src/store/d.ts': "import './c.ts';",
  };
  assert.deepEqual(
    findings(two).map((finding) => finding.split(':')[0]),
    ['src/mail/a.ts', 'src/store/c.ts'],
  );
});

test('tests may import what imports them', () => {
  const tested = {
    'src/a.ts': "import './a.test.ts';",
    'src/a.test.ts': "import './a.ts';",
  };
  assert.deepEqual(findings(tested), []);
});
