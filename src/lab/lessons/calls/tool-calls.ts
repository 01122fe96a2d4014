/** What lessons let the learner look at, and whom they send: the row behind a login, mallory. */
import { z } from 'zod';
import { base64 } from '#bytes';
import type { LessonWorld } from '#lab/lessons/world';
import { tryToRelay, type RelayReport } from '#lab/mallory/relay-try';
import { mailboxKey } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { loginRow } from '#store/lab/login-row';

const whose = z.object({ account: z.string().max(320) });

interface NoSuchAccount {
  readonly kind: 'refused';
  readonly reason: 'no-such-account';
  readonly message: string;
  readonly remedy: string;
}

export function toolCalls(world: LessonWorld) {
  return {
    /** Binary columns as base64. */
    'login-row': {
      input: whose,
      run: async ({ account }: z.infer<typeof whose>) => {
        const mailbox = parseMailbox(account);
        const row = mailbox && (await loginRow(world.store.pool, mailboxKey(mailbox)));
        if (row === undefined) return noSuchAccount(account);
        return {
          id: row.principalId,
          login: row.login,
          created_at: row.createdAt.toISOString(),
          argon2: row.argon2,
          scram_salt: base64(row.scramSalt),
          scram_iterations: row.scramIterations,
          scram_stored_key: base64(row.scramStoredKey),
          scram_server_key: base64(row.scramServerKey),
        };
      },
    },

    'mallory-relay': {
      input: z.object({}),
      run: (): Promise<RelayReport> =>
        tryToRelay({
          dialer: world.network.dialer,
          address: world.server.address,
          port: world.server.ports.smtp,
          localAddress: world.network.addressOf('relay.mallory.test'),
          domain: world.server.domain,
          hostname: world.server.hostname,
          monotonic: () => world.clock.monotonic(),
        }),
    },
  };
}

export type ToolCalls = ReturnType<typeof toolCalls>;

function noSuchAccount(account: string): NoSuchAccount {
  return {
    kind: 'refused',
    reason: 'no-such-account',
    message: `there is no account ${account}`,
    remedy: 'hikyaku account list shows those that there are.',
  };
}
