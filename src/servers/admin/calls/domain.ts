/** Domains that are ours. */
import { z } from 'zod';
import { addDomain } from '#mail/accounts/administer';
import { listDomains, removeDomain } from '#store/directory/domains';
import { refuse, rows, value } from '#servers/admin/call';
import { noSuchDomain, NOTHING, readDomain, text } from '#servers/admin/inputs';

export const domainCalls = {
  'domain/add': value(z.object({ domain: text }), async ({ administer }, { domain }) => {
    const added = await addDomain(administer, domain);
    if (added.kind === 'added') return { domain: added.name, selectors: added.selectors };
    return added.kind === 'exists'
      ? refuse(
          'exists',
          `${added.name} is a domain of this server already`,
          'hikyaku domain list shows them all.',
        )
      : refuse('not-a-domain', `${domain} is not a domain name`, 'Write it like example.test.');
  }),

  'domain/list': rows(NOTHING, async ({ store }) =>
    (await listDomains(store.pool)).map(({ name, addresses, createdAt }) => ({
      domain: name,
      addresses,
      createdAt: createdAt.toISOString(),
    })),
  ),

  'domain/remove': value(z.object({ domain: text }), async ({ store }, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const removed = await removeDomain(store.pool, domain);
    if (removed.kind === 'no-such-domain') return noSuchDomain(domain);
    if (removed.kind === 'in-use') {
      return refuse(
        'in-use',
        `${domain} still has ${removed.addresses.join(', ')}`,
        'Remove its accounts and aliases first; a removed account goes when its grace period is over.',
      );
    }
    store.notices.say('directory');
    return { domain };
  }),
} as const;
