/** DKIM keys of our domains, with the records to publish, and their rotation. */
import { z } from 'zod';
import { keyLife, plannedKey } from '#mail/dkim-keys/planned-key';
import { switchAt } from '#mail/dkim-keys/decide';
import { lookForKeys } from '#mail/dkim-keys/look';
import { MOST_IN_A_MONTH, unusedDkimKeys } from '#mail/dkim-keys/make';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { noSuchDomain, readDomain, text } from '#servers/admin/inputs';
import {
  addDkimKey,
  listDkimKeys,
  type ListedKey,
  type NewDkimKey,
} from '#store/directory/dkim-keys';
import { abortRotation, beginRotation } from '#store/directory/dkim-rotation';

const ofDomain = z.object({ domain: text });

export const dkimCalls = {
  'dkim/generate': value(ofDomain, async (context, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const { store, clock } = context;
    const keys = await newKeys(context, domain);
    if ('kind' in keys) return keys;
    for (const key of keys) {
      const added = await addDkimKey(store.pool, domain, key, clock.now());
      if (added.kind === 'no-such-domain') return noSuchDomain(domain);
    }
    store.notices.say('directory');
    return { domain, selectors: keys.map(({ selector }) => selector) };
  }),

  'dkim/list': rows(z.object({ domain: text.optional() }), async ({ store }, input) => {
    if (input.domain === undefined) return (await listDkimKeys(store.pool, undefined)).map(row);
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const keys = await listDkimKeys(store.pool, domain);
    return keys.length === 0 ? noKeys(domain) : keys.map(row);
  }),

  'dkim/rotate': value(ofDomain, async (context, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const { store, clock } = context;
    const keys = await newKeys(context, domain);
    if ('kind' in keys) return keys;
    const begun = await beginRotation(store.pool, domain, keys, 'hand', clock.now());
    if (begun.kind === 'no-such-domain') return noSuchDomain(domain);
    if (begun.kind === 'under-way')
      return refuse(
        'under-way',
        `${domain} is being rotated: ${begun.selectors.join(' and ')} wait for their records`,
        `hikyaku domain dns ${domain} shows them; hikyaku dkim rotate ${domain} --abort gives them up.`,
      );
    store.notices.say('directory');
    return { domain, selectors: keys.map(({ selector }) => selector) };
  }),

  'dkim/abort': value(ofDomain, async ({ store, clock }, input) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const { selectors } = await abortRotation(store.pool, domain, clock.now());
    if (selectors.length === 0)
      return refuse(
        'not-under-way',
        `no new keys of ${domain} wait to be seen in the DNS`,
        'Keys that sign already are followed by others: hikyaku dkim rotate begins that.',
      );
    store.notices.say('directory');
    return { domain, selectors };
  }),

  'dkim/rotation': value(ofDomain, async ({ store, publishing }, input, signal) => {
    const domain = readDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    const keys = await listDkimKeys(store.pool, domain);
    if (keys.length === 0) return noKeys(domain);
    const pending = keys.filter(({ state }) => state === 'pending');
    const at = switchAt(keys.map(keyLife));
    return {
      domain,
      underWay: pending.length > 0,
      /** Whether the DNS shows the new records now. */
      sight:
        pending.length === 0
          ? null
          : await lookForKeys(publishing.resolver, domain, pending, signal),
      /** When they sign at the earliest; null: first they have to be seen. */
      switchAt: at === undefined ? null : new Date(at).toISOString(),
      keys: keys.map(row),
    };
  }),
} as const;

async function newKeys(
  { store, clock }: AdminContext,
  domain: string,
): Promise<readonly NewDkimKey[] | Refusal> {
  const taken = new Set((await listDkimKeys(store.pool, domain)).map(({ selector }) => selector));
  return (
    (await unusedDkimKeys(taken, clock.now())) ??
    refuse(
      'too-many',
      `${domain} has ${MOST_IN_A_MONTH} pairs of keys of this month`,
      'Keys last for months: hikyaku dkim list shows them.',
    )
  );
}

function noKeys(domain: string): Refusal {
  return refuse(
    'no-keys',
    `${domain} has no DKIM keys here`,
    `hikyaku dkim generate ${domain} makes a pair, if the domain is of this server.`,
  );
}

function row(key: ListedKey) {
  return {
    domain: key.domain,
    selector: key.selector,
    algorithm: key.algorithm,
    state: key.state,
    createdAt: key.createdAt.toISOString(),
    seenAt: key.seenAt?.toISOString() ?? null,
    activatedAt: key.activatedAt?.toISOString() ?? null,
    retiredAt: key.retiredAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    /** Where the record is published (RFC 6376 §3.6.2.1). */
    name: `${key.selector}._domainkey.${key.domain}`,
    record: plannedKey(key).record,
  };
}
