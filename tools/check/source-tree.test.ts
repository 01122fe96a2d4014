import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loopFindings } from './import-loops.ts';
import { importFindings } from './import-rule.ts';
import { readSource, typescriptFiles } from './source-tree.ts';

test('the code of this repository follows its import rule', () => {
  const manifest = JSON.parse(readSource('package.json').text) as Record<string, object>;
  const files = typescriptFiles(['src', 'test', 'tools', 'bench']);
  assert.ok(files.length > 40, `only ${files.length} files were read`);
  const findings = importFindings(files, {
    production: new Set(
      Object.keys({ ...manifest['dependencies'], ...manifest['optionalDependencies'] }),
    ),
    development: new Set(Object.keys(manifest['devDependencies'] ?? {})),
  });
  assert.deepEqual(findings, []);
});

test('no files of this repository import each other in a loop', () => {
  assert.deepEqual(loopFindings(typescriptFiles(['src', 'test', 'tools', 'bench'])), []);
});

test('a file is read as it lies on the disk', () => {
  const source = readSource('tools/check/source-tree.test.ts');
  assert.equal(source.text, readFileSync(import.meta.filename, 'utf8'));
});
