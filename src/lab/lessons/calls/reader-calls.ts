/** `hikyaku lab unsubscribe`: what a reader at a provider is asked to do. */
import { z } from 'zod';
import { dialsFrom } from '#lab/dials-from';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import { leaveList } from '#lab/people/leave-list';
import { findProvider } from '#lab/providers/tables/list';

interface ReaderRefusal {
  readonly kind: 'refused';
  readonly reason: 'no-such-reader' | 'no-letter' | 'no-button' | 'not-answered';
  readonly message: string;
  readonly remedy: string;
}

const whose = z.object({ address: z.string().max(320) });

export function readerCalls(world: LessonWorld) {
  return {
    unsubscribe: {
      input: whose,
      run: async ({ address }: z.infer<typeof whose>) => {
        const { providers, resolver, ca } = aroundOf(world);
        const at = address.lastIndexOf('@');
        const provider = findProvider(address.slice(at + 1), providers.all);
        if (at < 1 || provider === undefined)
          return refuse(
            'no-such-reader',
            `${address} is nobody at a provider`,
            'hikyaku lab people bigmail lists who reads mail there.',
          );
        const left = await leaveList(
          {
            pool: world.store.pool,
            dialer: dialsFrom(world.network, provider.out),
            resolver,
            trustedRoots: ca.trustedRoots,
            mayReach: world.network.has,
          },
          provider.name,
          address.slice(0, at).toLowerCase(),
        );
        switch (left.kind) {
          case 'left':
            return { url: left.url, letter: left.letter };
          case 'no-letter':
            return refuse(
              'no-letter',
              `${address} has no mail`,
              `See with: hikyaku lab mailbox ${address}`,
            );
          case 'no-button':
            return refuse(
              'no-button',
              `the mail program of ${address} shows no button: none of the last ${left.letters} letters offers one click (RFC 8058)`,
              'It needs List-Unsubscribe with an https address, and List-Unsubscribe-Post.',
            );
          case 'failed':
            return refuse(
              'not-answered',
              `the click went to ${left.url} and was not taken: ${left.reason}`,
              'See that your server answers HTTPS: hikyaku certificate list.',
            );
          default:
            return left satisfies never;
        }
      },
    },
  };
}

export type ReaderCalls = ReturnType<typeof readerCalls>;

function refuse(reason: ReaderRefusal['reason'], message: string, remedy: string): ReaderRefusal {
  return { kind: 'refused', reason, message, remedy };
}
