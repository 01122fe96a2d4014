import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '#config';
import { openLeaving } from './unsubscribe.ts';

function pageIn(
  mode: 'dev' | 'serve',
  settings: Readonly<Record<string, unknown>>,
): string | undefined {
  const config = {
    hostname: 'mail.example.test',
    'http.address': '127.0.0.1',
    'https.public_port': 443,
    'unsubscribe.offer': true,
    'unsubscribe.url': '',
    ...settings,
  } as unknown as Config;
  return openLeaving({
    mode,
    config,
    httpPort: 8025,
    secret: Buffer.alloc(32),
    pool: undefined as never,
    clock: { now: () => 0 } as never,
    happened: () => {},
  }).offering?.page;
}

test('the page is under https where others can reach it, and on this machine in dev alone', () => {
  assert.equal(pageIn('serve', {}), 'https://mail.example.test/u/');
  assert.equal(pageIn('serve', { 'https.public_port': 8443 }), 'https://mail.example.test:8443/u/');
  assert.equal(pageIn('serve', { 'https.public_port': 'off' }), undefined);
  assert.equal(
    pageIn('serve', {
      'https.public_port': 'off',
      'unsubscribe.url': 'https://leave.example.com/',
    }),
    'https://leave.example.com/u/',
  );
  assert.equal(pageIn('dev', {}), 'http://127.0.0.1:8025/u/');
  assert.equal(pageIn('dev', { 'http.address': '::' }), 'http://127.0.0.1:8025/u/');
  assert.equal(pageIn('dev', { 'http.address': '::1' }), 'http://[::1]:8025/u/');
});

test('where nothing is to be offered, nothing is', () => {
  assert.equal(pageIn('serve', { 'unsubscribe.offer': false }), undefined);
});
