/** DKIM keys of our domains, with the records to publish. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { newDkimKeys } from '#mail/accounts/administer';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import { addDkimKey, listDkimKeys, type ListedKey } from '#store/directory/dkim-keys';
import { refuse, rows, value } from '#servers/admin/call';
import { noSuchDomain, readDomain, text } from '#servers/admin/inputs';

/** Pairs of keys that one month may bring. */
const MOST_IN_A_MONTH = 26;

export const dkimCalls = {
  'dkim/generate': value(z.object({ domain: text }), async ({ store, clock }, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const now = clock.now();
    const taken = new Set((await listDkimKeys(store.pool, domain)).map((key) => key.selector));
    for (let i = 0; i < MOST_IN_A_MONTH; i++) {
      // r202611, then r202611b, r202611c, …
      const suffix = i === 0 ? '' : String.fromCodePoint(0x61 + i);
      const keys = await newDkimKeys(now, suffix);
      if (keys.some(({ selector }) => taken.has(selector))) continue;
      for (const key of keys) {
        const added = await addDkimKey(store.pool, domain, key, now);
        if (added.kind === 'no-such-domain') return noSuchDomain(domain);
      }
      store.notices.say('directory');
      return { domain, selectors: keys.map(({ selector }) => selector) };
    }
    return refuse(
      'too-many',
      `${domain} has ${MOST_IN_A_MONTH} pairs of keys of this month`,
      'Keys last for months: hikyaku dkim list shows them.',
    );
  }),

  'dkim/list': rows(z.object({ domain: text.optional() }), async ({ store }, input) => {
    if (input.domain === undefined) return (await listDkimKeys(store.pool, undefined)).map(row);
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const keys = await listDkimKeys(store.pool, domain);
    return keys.length === 0
      ? refuse(
          'no-keys',
          `${domain} has no DKIM keys here`,
          `hikyaku dkim generate ${domain} makes a pair, if the domain is of this server.`,
        )
      : keys.map(row);
  }),
} as const;

function row(key: ListedKey) {
  const privateKey = createPrivateKey({ key: key.privateKey, format: 'der', type: 'pkcs8' });
  return {
    domain: key.domain,
    selector: key.selector,
    algorithm: key.algorithm,
    state: key.state,
    createdAt: key.createdAt.toISOString(),
    /** Where the record is published (RFC 6376 §3.6.2.1). */
    name: `${key.selector}._domainkey.${key.domain}`,
    record: dnsRecordFor(createPublicKey(privateKey)),
  };
}
