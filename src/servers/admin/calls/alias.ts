/** Aliases: addresses that lead to other addresses, here or elsewhere. */
import { z } from 'zod';
import { formatMailbox, mailboxKey } from '#protocol/address/mailbox';
import { listAliases, removeAlias, setAlias } from '#store/directory/addresses';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import { noSuchDomain, NOTHING, readAddress, readDomain, text } from '#servers/admin/inputs';

const MOST_TARGETS = 1000;

export const aliasCalls = {
  'alias/set': value(
    z.object({ alias: text, targets: z.array(text).min(1).max(MOST_TARGETS) }),
    async ({ store, clock }, input) => {
      const alias = readAlias(input.alias);
      if ('kind' in alias) return alias;
      const targets: string[] = [];
      for (const given of input.targets) {
        const target = readAddress(given);
        if ('kind' in target) return target;
        targets.push(formatMailbox(target));
      }
      const set = await setAlias(store.pool, { ...alias, targets, now: clock.now() });
      if (set.kind === 'no-such-domain') return noSuchDomain(alias.domain);
      if (set.kind === 'is-an-account') {
        return refuse(
          'is-an-account',
          `${nameOf(alias)} is an account`,
          'An address is an account or an alias: take another one.',
        );
      }
      store.notices.say('directory');
      return { alias: nameOf(alias), targets };
    },
  ),

  'alias/list': rows(NOTHING, async ({ store }) =>
    (await listAliases(store.pool)).map(({ targets, ...alias }) => ({
      alias: nameOf(alias),
      targets,
    })),
  ),

  'alias/remove': value(z.object({ alias: text }), async ({ store }, input) => {
    const alias = readAlias(input.alias);
    if ('kind' in alias) return alias;
    if (!(await removeAlias(store.pool, alias.localPart, alias.domain))) {
      return refuse(
        'no-such-alias',
        `there is no alias ${nameOf(alias)}`,
        'hikyaku alias list shows those that exist.',
      );
    }
    store.notices.say('directory');
    return { alias: nameOf(alias) };
  }),
} as const;

interface Alias {
  /** Comparison key; null is the catch-all. */
  readonly localPart: string | null;
  readonly domain: string;
}

/** `sales@example.test`, or `*@example.test` for whatever else comes to the domain. */
function readAlias(given: string): Alias | Refusal {
  if (given.startsWith('*@')) {
    const domain = readDomain(given.slice(2));
    return typeof domain === 'string' ? { localPart: null, domain } : domain;
  }
  const mailbox = readAddress(given);
  if ('kind' in mailbox) return mailbox;
  const key = mailboxKey(mailbox);
  return { localPart: key.slice(0, key.lastIndexOf('@')), domain: mailbox.domain };
}

function nameOf({ localPart, domain }: { localPart: string | null; domain: string }): string {
  return `${localPart ?? '*'}@${domain}`;
}
