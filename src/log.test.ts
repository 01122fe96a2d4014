import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { terminalLog } from './log.ts';

function lineOf(fields: Readonly<Record<string, unknown>>): string {
  let said = '';
  terminalLog('info', (line) => (said += line)).info('it.happened', fields);
  assert.match(said, /^\d\d:\d\d:\d\d  it\.happened  /);
  return said.slice('00:00:00  it.happened  '.length).trimEnd();
}

test('a person reads names and numbers as they are, lists with commas, and the rest in quotes', () => {
  assert.equal(lineOf({ port: 25, host: 'a.test' }), 'port=25  host=a.test');
  assert.equal(lineOf({ names: [['a.test', 'b.test'], ['c.test']] }), 'names=a.test,b.test,c.test');
  assert.equal(lineOf({ reason: 'it is so' }), 'reason="it is so"');
  assert.equal(lineOf({ of: ['one, two', 3] }), 'of="one, two",3');
  assert.equal(lineOf({ limits: { a: 1 } }), String.raw`limits="{\"a\":1}"`);
});

test('nothing that steers a terminal comes through', () => {
  const said = lineOf({ name: 'a\x1b[2Jb\x9b2Jc\x7f\u2028\u202ed\r\ne', ja: '飛脚' });
  assert.equal(said, String.raw`name="a\u001b[2Jb\u009b2Jc\u007f\u2028\u202ed\r\ne"  ja="飛脚"`);
  const unseen = '\u00ad\u061c\u180e\u200b\u200f\u2060\u2066\ufeff';
  assert.equal(
    lineOf({ name: unseen }),
    String.raw`name="\u00ad\u061c\u180e\u200b\u200f\u2060\u2066\ufeff"`,
  );
});

test('what is below the level is not said', () => {
  const lines: string[] = [];
  const log = terminalLog('warn', (line) => lines.push(line));
  log.info('a');
  log.level = 'debug';
  log.debug('b');
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /debug: b\n$/);
});

test('JSON lines steer no terminal either, and are the same to who reads them as JSON', () => {
  const name = 'a\x1b[2Jb\x9b2Jc\x7f\u2028\u202ed\u200b\r\ne 飛脚';
  const script = `
    import { jsonLog } from '#log';
    jsonLog('info', { worker: 1 }).info('it.happened', { name: ${JSON.stringify(name)} });
  `;
  const node = ['--input-type=module', '--eval', script];
  const said = execFileSync(process.execPath, node, { encoding: 'utf8' });
  assert.match(said, /^[ -~\u3000-\u9fff]+\n$/);
  const { time, ...fields } = JSON.parse(said) as Record<string, unknown>;
  assert.match(String(time), /^\d{4}-/);
  assert.deepEqual(fields, { level: 'info', worker: 1, event: 'it.happened', name });
});
