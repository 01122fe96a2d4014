/** Lists and forwarders that are trusted to pass on mail of others. */
import { z } from 'zod';
import {
  distrustForwarder,
  listTrusted,
  trustForwarder,
  type Trust,
} from '#store/reception/trusted-forwarders';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { NOTHING, readAccount, readDomain, text } from '#servers/admin/inputs';

/** Without an account it holds for all. */
const trusted = z.object({ domain: text, account: text.optional() });

export const trustCalls = {
  'trust/add': value(trusted, async (context, input) => {
    const read = await readTrust(context, input);
    if ('kind' in read) return read;
    if (!read.domain.includes('.')) {
      return refuse(
        'too-wide',
        `${read.domain} is no domain of a list or forwarder`,
        'Write it like lists.example.org.',
      );
    }
    await trustForwarder(context.store.pool, read, context.clock.now());
    return { domain: read.domain, account: read.account };
  }),

  'trust/list': rows(NOTHING, async ({ store }) =>
    (await listTrusted(store.pool)).map(
      ({ domain, account, byHand, rescued, trusted: isTrusted, createdAt }) => ({
        domain,
        account,
        byHand,
        rescued,
        trusted: isTrusted,
        createdAt: createdAt.toISOString(),
      }),
    ),
  ),

  'trust/remove': value(trusted, async (context, input) => {
    const read = await readTrust(context, input);
    if ('kind' in read) return read;
    if (!(await distrustForwarder(context.store.pool, read))) {
      return refuse(
        'not-trusted',
        `${read.domain} is not trusted by ${read.account ?? 'everybody'}`,
        'hikyaku trust list shows who is trusted, and by whom.',
      );
    }
    return { domain: read.domain, account: read.account };
  }),
} as const;

async function readTrust(
  context: AdminContext,
  input: z.infer<typeof trusted>,
): Promise<(Trust & { readonly account: string | null }) | Refusal> {
  const domain = readDomain(input.domain);
  if (typeof domain !== 'string') return domain;
  if (input.account === undefined) return { domain, accountId: null, account: null };
  const account = await readAccount(context, input.account);
  if ('kind' in account) return account;
  return { domain, accountId: account.accountId, account: account.name };
}
