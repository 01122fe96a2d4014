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

const FACTS = {
  hostname: 'mail.example.test',
  mode: 'dev',
  sights: undefined,
  ports: PORTS,
} as const;

test('the page names the ports and the commands to try', () => {
  const page = landingPage(FACTS, 'en');
  for (const port of Object.values(PORTS)) assert.ok(page.includes(`<td>${port}</td>`));
  assert.match(page, /<pre>hikyaku mail list bob@example\.test/);
  assert.match(page, /<html lang="en">/);
});

test('a server for others has its daily commands there, and nobody called alice', () => {
  const page = landingPage({ ...FACTS, mode: 'serve' }, 'en');
  assert.match(page, /<pre>hikyaku doctor/);
  assert.doesNotMatch(page, /alice|bob@/);
});

test('where the practice Internet is around it, the page leads into it', () => {
  const sights = {
    resolver: { address: '127.20.0.53', port: 5353 },
    pages: { address: '127.20.6.80', port: 8080 },
  };
  const page = landingPage({ ...FACTS, sights }, 'ja');
  assert.match(page, /<a href="http:\/\/127\.20\.6\.80:8080\/">/);
  assert.match(page, /<pre>dig @127\.20\.0\.53 -p 5353 MX bigmail\.test<\/pre>/);
  assert.match(page, /<pre>hikyaku lab start 1\.1<\/pre>/);
  assert.doesNotMatch(landingPage(FACTS, 'ja'), /hikyaku lab /);
});

test('the page loads nothing from elsewhere and runs nothing', () => {
  const page = landingPage(FACTS, 'ja');
  assert.doesNotMatch(page, /<script|<img|<link|src=|url\(|href="https?:/i);
  assert.match(CONTENT_SECURITY_POLICY, /default-src 'none'/);
});

test('a name with markup in it is text', () => {
  const page = landingPage({ ...FACTS, hostname: '<b>"x"' }, 'en');
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
