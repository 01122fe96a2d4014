/** The set-up of a server that runs already. */
import { z } from 'zod';
import { setUp, type SetUp, type SetUpStep } from '#mail/accounts/set-up';
import { mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { refuse, value, type Refusal } from '#servers/admin/call';
import { noSuchDomain, readAddress, text } from '#servers/admin/inputs';
import { accountBusy, passwordRefused } from './account.ts';

export const setupCalls = {
  'setup/run': value(
    z.object({ address: text, password: z.string().max(1024).optional() }),
    async ({ administer }, { address: given, password }) => {
      const address = readAddress(given);
      if ('kind' in address) return address;
      return setUpAnswer(await setUp(administer, { address, password }), address);
    },
  ),
} as const;

export function setUpAnswer(
  done: SetUp,
  address: Mailbox,
): { readonly steps: readonly SetUpStep[]; readonly needsPassword: boolean } | Refusal {
  switch (done.kind) {
    case 'set-up':
      return { steps: done.steps, needsPassword: false };
    case 'no-password':
      return { steps: [], needsPassword: true };
    case 'password-refused':
      return passwordRefused(done.reason);
    case 'busy':
      return accountBusy();
    case 'no-such-domain':
      return noSuchDomain(address.domain);
    case 'exists':
      return refuse(
        'exists',
        `${mailboxKey(address)} is an alias`,
        'Take another address, or remove the alias first.',
      );
  }
}
