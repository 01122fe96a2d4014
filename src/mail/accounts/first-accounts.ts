/** What the first start in dev makes, so that there is somebody to write to: one domain and two accounts. */
import { parseMailbox } from '#protocol/address/path';
import { listAccounts } from '#store/directory/accounts';
import { addAccount, addDomain, type AdministerContext } from './administer.ts';

export const DEV_DOMAIN = 'example.test';
export const DEV_ACCOUNTS = [`alice@${DEV_DOMAIN}`, `bob@${DEV_DOMAIN}`] as const;

export type FirstAccounts =
  | { readonly kind: 'made'; readonly password: string; readonly madeUp: boolean }
  /** There are accounts already: nothing was touched. */
  | { readonly kind: 'there' }
  | { readonly kind: 'password-refused'; readonly reason: string };

/** Letters and digits that are not taken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 3;
const GROUP = 5;

/** @param given the password to set; '' makes one up */
export async function makeFirstAccounts(
  context: AdministerContext,
  given: string,
): Promise<FirstAccounts> {
  // a start that was cut short between the domain and its last account is taken up again
  if ((await listAccounts(context.pool)).length >= DEV_ACCOUNTS.length) return { kind: 'there' };
  const password = given === '' ? madeUpPassword(context.random) : given;
  await addDomain(context, DEV_DOMAIN);
  for (const name of DEV_ACCOUNTS) {
    const added = await addAccount(context, parseMailbox(name)!, password, undefined);
    if (added.kind === 'password-refused') return added;
  }
  return { kind: 'made', password, madeUp: given === '' };
}

/** 15 of 31 characters: 74 bits. */
function madeUpPassword(random: (octets: number) => Uint8Array): string {
  const groups: string[] = [];
  let group = '';
  while (groups.length < GROUPS) {
    for (const octet of random(GROUP * 2)) {
      // 248 is a multiple of 31: no character is likelier than another
      if (octet >= 248 || group.length === GROUP) continue;
      group += ALPHABET[octet % ALPHABET.length]!;
    }
    if (group.length < GROUP) continue;
    groups.push(group);
    group = '';
  }
  return groups.join('-');
}
