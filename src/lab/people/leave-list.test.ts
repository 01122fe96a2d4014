import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '#bytes';
import { oneClickUrl } from './leave-list.ts';

const CLICK = 'List-Unsubscribe-Post: List-Unsubscribe=One-Click';

function urlIn(...fields: readonly string[]): string | undefined {
  return oneClickUrl(utf8([...fields, 'Subject: News', '', 'Text', ''].join('\r\n')))?.href;
}

test('A button is shown where an https address and the promise of one click stand together', () => {
  const both =
    'List-Unsubscribe: <mailto:leave@example.test?subject=x>,\r\n <https://mail.example.test/u/abc>';
  assert.equal(urlIn(both, CLICK), 'https://mail.example.test/u/abc');
  assert.equal(urlIn(both, CLICK.toLowerCase()), 'https://mail.example.test/u/abc');
});

test('No button for a way by mail alone, without the promise, in clear, or on a port of its own', () => {
  const https = 'List-Unsubscribe: <https://mail.example.test/u/abc>';
  assert.equal(urlIn(https), undefined);
  assert.equal(urlIn(https, 'List-Unsubscribe-Post: yes'), undefined);
  assert.equal(urlIn('List-Unsubscribe: <mailto:leave@example.test>', CLICK), undefined);
  assert.equal(urlIn('List-Unsubscribe: <http://mail.example.test/u/abc>', CLICK), undefined);
  assert.equal(urlIn('List-Unsubscribe: <https://mail.example.test:8443/u>', CLICK), undefined);
  assert.equal(urlIn('List-Unsubscribe: <https://>', CLICK), undefined);
  assert.equal(urlIn(CLICK), undefined);
});
