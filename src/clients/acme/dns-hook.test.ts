import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDnsHook } from './dns-hook.ts';

const CHANGE = {
  action: 'add',
  name: '_acme-challenge.a.test',
  value: 'x',
  domain: 'a.test',
} as const;
const never = new AbortController().signal;
const node = (script: string) => [process.execPath, '-e', script];

test('a hook is told by its environment, and sees no secret of ours', async () => {
  process.env['HIKYAKU_TEST_SECRET'] = 'secret';
  const script = `
    const { ACME_ACTION, ACME_NAME, ACME_VALUE, ACME_DOMAIN, HIKYAKU_TEST_SECRET } = process.env;
    console.log([ACME_ACTION, ACME_NAME, ACME_VALUE, ACME_DOMAIN, HIKYAKU_TEST_SECRET ?? 'none'].join(' '));
    process.exit(3);`;
  const ended = await runDnsHook({ command: node(script), timeout: 20_000 }, CHANGE, never);
  assert.deepEqual(ended, {
    kind: 'failed',
    text: 'ended with 3: add _acme-challenge.a.test x a.test none',
  });
  delete process.env['HIKYAKU_TEST_SECRET'];
});

test('one that does not end is ended, one that is not there is told', async () => {
  const hanging = await runDnsHook({ command: ['/bin/sleep', '60'], timeout: 100 }, CHANGE, never);
  assert.deepEqual(hanging, { kind: 'failed', text: 'was ended after 0.1 s' });
  const missing = await runDnsHook({ command: ['/nowhere/hook'], timeout: 100 }, CHANGE, never);
  assert.match((missing as { text: string }).text, /ENOENT/);
});

test('the output of one is bounded', async () => {
  const script = `process.stdout.write('x'.repeat(1024 * 1024))`;
  const ended = await runDnsHook({ command: node(script), timeout: 20_000 }, CHANGE, never);
  assert.equal(ended.kind, 'failed');
  assert.ok((ended as { text: string }).text.length < 1000);
});

test('an order that is broken off ends its hook', async () => {
  const stop = new AbortController();
  const running = runDnsHook(
    { command: ['/bin/sleep', '60'], timeout: 60_000 },
    CHANGE,
    stop.signal,
  );
  stop.abort();
  assert.equal((await running).kind, 'failed');
});
