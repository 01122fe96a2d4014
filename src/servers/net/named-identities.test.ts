import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { NamedIdentities } from './named-identities.ts';
import { readIdentityText, type TlsIdentity } from './tls-context.ts';

const identities = new Map<string, TlsIdentity>();
before(async () => {
  for (const name of ['mail.a.test', 'old.a.test', 'b.test', 'own.test']) {
    const { cert, key } = await certificateFor(name);
    const read = readIdentityText(Buffer.from(cert), Buffer.from(key), name);
    assert.equal(read.kind, 'identity');
    identities.set(name, (read as { identity: TlsIdentity }).identity);
  }
});

const of = (name: string): TlsIdentity => identities.get(name)!;

function shown(tls: NamedIdentities, name: string): string {
  const { current } = tls;
  return (current.forName?.(name) ?? current).fingerprint;
}

test('without certificates of the database nothing is asked by name', () => {
  const base = { current: of('own.test') };
  const tls = new NamedIdentities({ base, prefersBase: false, hostname: 'mail.a.test' });
  assert.equal(tls.current, base.current);
  assert.equal(tls.current.forName, undefined);
});

test('each name has its certificate, a wildcard one label, everything else that of the host', () => {
  const base = { current: of('own.test') };
  const tls = new NamedIdentities({ base, prefersBase: false, hostname: 'mail.a.test' });
  tls.use([
    { names: ['mail.a.test'], identity: of('mail.a.test') },
    { names: ['*.b.test', 'b.test'], identity: of('b.test') },
    { names: ['mail.a.test'], identity: of('old.a.test') },
  ]);
  assert.equal(tls.current.fingerprint, of('mail.a.test').fingerprint);
  assert.equal(shown(tls, 'MAIL.a.test'), of('mail.a.test').fingerprint);
  assert.equal(shown(tls, 'x.b.test'), of('b.test').fingerprint);
  assert.equal(shown(tls, 'x.y.b.test'), of('mail.a.test').fingerprint);
  assert.equal(shown(tls, 'unknown.test'), of('mail.a.test').fingerprint);
  assert.equal(shown(tls, ''), of('mail.a.test').fingerprint);
});

test('a configured certificate is shown for its names and to who asks for none, others for theirs', () => {
  const base = { current: of('own.test') };
  const tls = new NamedIdentities({ base, prefersBase: true, hostname: 'own.test' });
  tls.use([{ names: ['b.test', 'own.test'], identity: of('b.test') }]);
  assert.equal(tls.current.fingerprint, of('own.test').fingerprint);
  assert.equal(shown(tls, 'own.test'), of('own.test').fingerprint);
  assert.equal(shown(tls, 'b.test'), of('b.test').fingerprint);
  assert.equal(shown(tls, 'unknown.test'), of('own.test').fingerprint);
});

test('files that change are seen under the names too', () => {
  const base = { current: of('own.test') };
  const tls = new NamedIdentities({ base, prefersBase: true, hostname: 'own.test' });
  tls.use([{ names: ['b.test'], identity: of('b.test') }]);
  base.current = of('mail.a.test');
  assert.equal(tls.current.fingerprint, of('mail.a.test').fingerprint);
  assert.equal(shown(tls, 'b.test'), of('b.test').fingerprint);
});
