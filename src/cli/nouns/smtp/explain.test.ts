import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { Explainer } from './explain.ts';

function sent(line: string): DialogueEntry {
  return { at: 0, kind: 'sent', line };
}

function received(line: string): DialogueEntry {
  return { at: 0, kind: 'received', line };
}

test('what a reply means follows from the command before it', () => {
  const explainer = new Explainer('en');
  assert.match(explainer.explain(received('220 a.test ESMTP'))!, /greets.*RFC 5321 §4.2/);
  assert.match(explainer.explain(sent('EHLO me.test'))!, /extensions/);
  assert.match(explainer.explain(received('250-a.test'))!, /accepts us/);
  assert.match(explainer.explain(received('250-SIZE 1000'))!, /largest.*RFC 1870/);
  assert.equal(explainer.explain(received('250 X-UNHEARD-OF')), undefined);
  explainer.explain(sent('MAIL FROM:<a@b.test>'));
  assert.match(explainer.explain(received('250 2.1.0 ok'))!, /reverse-path/);
});

test('an extension is explained once, though EHLO is said twice', () => {
  const explainer = new Explainer('en');
  const explain = (): (string | undefined)[] =>
    [sent('EHLO me.test'), received('250-a.test'), received('250 DSN')].map((entry) =>
      explainer.explain(entry),
    );
  assert.match(explain()[2]!, /RFC 3461/);
  assert.equal(explain()[2], undefined);
});

test('a refusal is explained by its enhanced code, else by its class, at its last line', () => {
  const explainer = new Explainer('ja');
  explainer.explain(sent('RCPT TO:<a@b.test>'));
  assert.equal(explainer.explain(received('550-5.1.1 no')), undefined);
  assert.match(explainer.explain(received('550 5.1.1 such user'))!, /5\.1\.1/);
  assert.match(explainer.explain(received('599 never'))!, /拒否.*RFC 5321 §4.2.1/);
});

test('the certificate is told as proven or not', () => {
  const tls = { at: 0, kind: 'tls', version: 'TLSv1.3', cipher: 'x' } as const;
  const explainer = new Explainer('en');
  const proven = explainer.explain({ ...tls, peer: { kind: 'verified', name: 'a.test' } });
  assert.match(proven!, /proves that this is a\.test/);
  const peer = { kind: 'unverified', name: 'a.test', reason: 'self-signed' } as const;
  assert.match(explainer.explain({ ...tls, peer })!, /does not prove/);
});
