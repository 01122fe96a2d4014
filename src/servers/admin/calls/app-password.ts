/** App passwords: what one device or program of an account logs in with. */
import { z } from 'zod';
import {
  addAppPassword,
  MAX_APP_PASSWORDS,
  MAX_NAME_CHARACTERS,
  removeAppPassword,
} from '#mail/accounts/administer-app-passwords';
import { parseAppPasswordId } from '#mail/accounts/app-password';
import { SCOPES } from '#mail/accounts/scope';
import { listAppPasswords } from '#store/directory/app-passwords';
import { refuse, rows, value } from '#servers/admin/call';
import { noSuchAccount, readAccount, text } from '#servers/admin/inputs';

export const appPasswordCalls = {
  'app-password/add': value(
    z.object({ account: text, name: z.string().max(1000), scope: z.array(z.enum(SCOPES)) }),
    async (context, input) => {
      const account = await readAccount(context, input.account);
      if ('kind' in account) return account;
      const { administer } = context;
      const made = await addAppPassword(administer, account.name, input.name, input.scope);
      if (made.kind === 'made') {
        return {
          account: account.name,
          id: made.id,
          name: made.name,
          scope: made.scope,
          createdAt: new Date(made.createdAt).toISOString(),
          password: made.text,
        };
      }
      if (made.kind === 'no-such-account') return noSuchAccount(account.name);
      if (made.kind === 'too-many') {
        return refuse(
          'too-many',
          `${account.name} has ${MAX_APP_PASSWORDS} app passwords, and more are not kept`,
          `hikyaku app-password list ${account.name} shows which were not used for long; remove one.`,
        );
      }
      return refuse(
        'not-a-name',
        'the name of an app password is one line of text',
        `Name what will use it, in ${MAX_NAME_CHARACTERS} characters at most: --name phone`,
      );
    },
  ),

  'app-password/list': rows(z.object({ account: text }), async (context, input) => {
    const account = await readAccount(context, input.account);
    if ('kind' in account) return account;
    const passwords = await listAppPasswords(context.store.pool, account.name);
    return passwords.map(({ publicId, name, scope, createdAt, lastUsedAt }) => ({
      id: publicId,
      name,
      scope,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }));
  }),

  'app-password/remove': value(z.object({ account: text, id: text }), async (context, input) => {
    const account = await readAccount(context, input.account);
    if ('kind' in account) return account;
    const { name } = account;
    const id = parseAppPasswordId(input.id);
    if (id !== undefined && (await removeAppPassword(context.administer, name, id))) {
      return { account: name, id };
    }
    return refuse(
      'no-such-app-password',
      // what is no id may be the password itself, which no screen and no log should show
      id === undefined
        ? `that is no id of an app password of ${name}`
        : `${name} has no app password ${id}`,
      `hikyaku app-password list ${name} shows those that exist.`,
    );
  }),
} as const;
