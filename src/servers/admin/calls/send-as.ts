/** As whom accounts may write besides themselves. */
import { z } from 'zod';
import type { ListedAccount } from '#store/directory/accounts';
import { grantSendAs, listSendAs, revokeSendAs } from '#store/directory/send-as';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import {
  nameOf,
  readAccount,
  readNameOrAll,
  noSuchAccount,
  noSuchDomain,
  text,
  type NameOrAll,
} from '#servers/admin/inputs';

const one = z.object({ account: text, name: text });

export const sendAsCalls = {
  'send-as/add': value(one, async (context, input) => {
    const right = await readRight(context, input);
    if ('kind' in right) return right;
    const { account, name } = right;
    const { store } = context;
    const granted = await grantSendAs(store.pool, account.name, name);
    if (granted.kind === 'no-such-account') return noSuchAccount(account.name);
    if (granted.kind === 'no-such-domain') return noSuchDomain(name.domain);
    store.notices.say('directory');
    const { isNew, isReceived } = granted;
    return { account: account.name, sendAs: nameOf(name), isNew, isReceived };
  }),

  'send-as/list': rows(z.object({ account: text.optional() }), async (context, input) => {
    const { pool } = context.store;
    if (input.account === undefined) return listSendAs(pool, undefined);
    const account = await readAccount(context, input.account);
    return 'kind' in account ? account : listSendAs(pool, account.name);
  }),

  'send-as/remove': value(one, async (context, input) => {
    const right = await readRight(context, input);
    if ('kind' in right) return right;
    const { account, name } = right;
    const { store } = context;
    const revoked = await revokeSendAs(store.pool, account.name, name);
    switch (revoked.kind) {
      case 'revoked':
        store.notices.say('directory');
        return { account: account.name, sendAs: nameOf(name) };
      case 'no-such-account':
        return noSuchAccount(account.name);
      case 'its-own':
        return refuse(
          'its-own',
          `${account.name} is the account's own address`,
          `An account writes as itself; hikyaku account disable ${account.name} lets it send nothing.`,
        );
      case 'not-granted':
        return refuse(
          'not-granted',
          `${account.name} has no right of its own to write as ${nameOf(name)}`,
          `hikyaku account send-as list ${account.name} shows its rights.`,
        );
    }
  }),
} as const;

/** Who may write, and as whom. */
async function readRight(
  context: AdminContext,
  input: z.infer<typeof one>,
): Promise<{ readonly account: ListedAccount; readonly name: NameOrAll } | Refusal> {
  const account = await readAccount(context, input.account);
  if ('kind' in account) return account;
  const name = readNameOrAll(input.name);
  return 'kind' in name ? name : { account, name };
}
