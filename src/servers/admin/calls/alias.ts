/** Aliases: addresses that lead to other addresses, here or elsewhere. */
import { z } from 'zod';
import { expand, type Addresses } from '#mail/deliver/expand';
import { formatMailbox, mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { listAliases, removeAlias, setAlias } from '#store/directory/addresses';
import { accountsAmong, grantSendAs } from '#store/directory/send-as';
import { refuse, rows, value } from '#servers/admin/call';
import {
  nameOf,
  noSuchDomain,
  NOTHING,
  readAddress,
  readNameOrAll,
  text,
  type NameOrAll,
} from '#servers/admin/inputs';

const MOST_TARGETS = 1000;

export const aliasCalls = {
  'alias/set': value(
    z.object({
      alias: text,
      targets: z.array(text).min(1).max(MOST_TARGETS),
      /** Its targets that are accounts may write as it. */
      sendAs: z.boolean().optional(),
    }),
    async ({ store, clock }, input) => {
      const alias = readNameOrAll(input.alias);
      if ('kind' in alias) return alias;
      const read: Mailbox[] = [];
      for (const given of input.targets) {
        const target = readAddress(given);
        if ('kind' in target) return target;
        read.push(target);
      }
      const targets = read.map(formatMailbox);
      const keys = new Set(read.map(mailboxKey));
      const set = await setAlias(
        store.pool,
        { ...alias, targets, now: clock.now() },
        async (addresses) => {
          if (keys.has(nameOf(alias))) return 'own-target';
          return (await leadsNowhere(addresses, alias, read)) ? 'alias-loop' : undefined;
        },
      );
      if (set.kind === 'no-such-domain') return noSuchDomain(alias.domain);
      if (set.kind === 'own-target') {
        return refuse(
          'own-target',
          `${nameOf(alias)} would lead to itself, and no mailbox lies there`,
          `Let it lead to the accounts that are to have its mail; to keep mail there, make it one: hikyaku account add ${nameOf(alias)}`,
        );
      }
      if (set.kind === 'alias-loop') {
        return refuse(
          'alias-loop',
          `mail for ${nameOf(alias)} would go from alias to alias and reach no mailbox`,
          'Let it lead to an account here or to an address elsewhere: hikyaku alias list shows where aliases lead.',
        );
      }
      if (set.kind === 'is-an-account') {
        return refuse(
          'is-an-account',
          `${nameOf(alias)} is an account`,
          'An address is an account or an alias: take another one.',
        );
      }
      const accounts = await accountsAmong(store.pool, [...keys], alias);
      if (input.sendAs === true)
        for (const { account } of accounts) await grantSendAs(store.pool, account, alias);
      store.notices.say('directory');
      const isSender = (one: { maySendAs: boolean }) => one.maySendAs || input.sendAs === true;
      return {
        alias: nameOf(alias),
        targets,
        /** Of its targets, the accounts that may write as it, and those that only receive. */
        senders: accounts.filter(isSender).map(({ account }) => account),
        onlyReceive: accounts.filter((one) => !isSender(one)).map(({ account }) => account),
      };
    },
  ),

  'alias/list': rows(NOTHING, async ({ store }) =>
    (await listAliases(store.pool)).map(({ targets, ...alias }) => ({
      alias: nameOf(alias),
      targets,
    })),
  ),

  'alias/remove': value(z.object({ alias: text }), async ({ store }, input) => {
    const alias = readNameOrAll(input.alias);
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

/** Whether every way leads back, or through more aliases than are followed. An address that does not exist yet may follow later. */
async function leadsNowhere(
  addresses: Addresses,
  { localPart, domain }: NameOrAll,
  targets: readonly Mailbox[],
): Promise<boolean> {
  // no one address stands for a catch-all
  const ways = localPart === null ? targets : [{ localPart, domain }];
  for (const way of ways) {
    if ((await expand(addresses, way)).kind !== 'alias-loop') return false;
  }
  return true;
}
