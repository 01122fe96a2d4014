import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage } from '#protocol/http/accept-language';
import { CONTENT_SECURITY_POLICY, landingPage } from './landing-page.ts';

const PORTS = {
  smtp: 2525,
  submission: 2587,
  submissions: 2465,
  imap: 2143,
  imaps: 2993,
  http: 8025,
};

test('the page names the ports and the commands to try', () => {
  const page = landingPage({ hostname: 'mail.example.test', ports: PORTS }, 'en');
  for (const port of Object.values(PORTS)) assert.ok(page.includes(`<td>${port}</td>`));
  assert.match(page, /bin\/hikyaku mail list bob@example\.test/);
  assert.match(page, /<html lang="en">/);
});

test('the page loads nothing from elsewhere and runs nothing', () => {
  const page = landingPage({ hostname: 'mail.example.test', ports: PORTS }, 'ja');
  assert.doesNotMatch(page, /<script|<img|<link|src=|url\(|href="https?:/i);
  assert.match(CONTENT_SECURITY_POLICY, /default-src 'none'/);
});

test('a name with markup in it is text', () => {
  const page = landingPage({ hostname: '<b>"x"', ports: PORTS }, 'en');
  assert.ok(page.includes('&lt;b&gt;&quot;x&quot;'));
  assert.ok(!page.includes('<b>"x"'));
});

const CHOICES: [string | undefined, string | undefined, 'en' | 'ja', string][] = [
  ['ja', 'en', 'en', 'ja'],
  [undefined, 'ja-JP,ja;q=0.9,en;q=0.8', 'en', 'ja'],
  [undefined, 'fr,en;q=0.4,ja;q=0.5', 'en', 'ja'],
  [undefined, 'fr', 'ja', 'ja'],
  [undefined, undefined, 'en', 'en'],
  ['xx', 'ja;q=0', 'en', 'en'],
  [undefined, 'ja;q=oops', 'en', 'en'],
];

for (const [asked, accept, own, language] of CHOICES) {
  test(`?lang=${asked}, Accept-Language ${accept}, own ${own} gives ${language}`, () => {
    assert.equal(chooseLanguage(asked, accept, own), language);
  });
}
