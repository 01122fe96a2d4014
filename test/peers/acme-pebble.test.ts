/** Orders from Pebble, a real certificate authority for tests, which validates, refuses nonces and forgets everything. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { currentCertificates, type StoredCertificate } from '#store/certificates/certificates';
import { certificateOrders } from '#store/certificates/orders';
import { CertificateNode, type CertificateNodeOptions } from '../support/certificate-node.ts';
import { Pebble, pebblePeer } from '../support/pebble.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

describe('certificates from Pebble', { skip: pebblePeer.skip }, () => {
  let pebble: Pebble;
  let opened: TestStore;
  before(async () => {
    pebble = await Pebble.start();
  });
  after(async () => {
    await pebble[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    opened = await openTestStore();
  });
  afterEach(async () => {
    await opened[Symbol.asyncDispose]();
  });

  function node(options: Partial<CertificateNodeOptions> = {}): CertificateNode {
    return new CertificateNode({ store: opened.store, pebble, hostname: 'mail.a.test', ...options });
  }

  test('HTTP-01: the host gets a certificate of its name, by its root', async () => {
    await using one = node();
    await one.answerHttp(pebble.httpPort);
    const { lines } = await one.renew();
    assert.equal(lines[0]?.kind, 'issued', JSON.stringify(lines));
    const [certificate] = await currentCertificates(opened.store.pool);
    await assertIssuedBy(pebble, certificate!, ['mail.a.test']);
    const [order] = await certificateOrders(opened.store.pool);
    assert.deepEqual(
      order!.steps.map(({ key }) => key).filter((key) => key !== 'nonces'),
      ['directory', 'account-new', 'ordered', 'answer-http', 'responded', 'validated', 'finalized', 'issued'],
    );
  });
});

async function assertIssuedBy(
  pebble: Pebble,
  { chain }: StoredCertificate,
  names: readonly string[],
): Promise<void> {
  const [own, intermediate] = chain
    .split(/(?<=-----END CERTIFICATE-----)\s+/)
    .filter((part) => part !== '')
    .map((part) => new X509Certificate(part));
  const root = new X509Certificate(await pebble.root());
  for (const name of names) assert.ok(own!.checkHost(name), name);
  assert.ok(own!.verify(intermediate!.publicKey));
  assert.ok(intermediate!.verify(root.publicKey));
}
