/** The reverse-paths that are rewritten for what aliases send on (docs/decisions/0021). */
import { z } from 'zod';
import { formatMailbox } from '#protocol/address/mailbox';
import { looksRewritten, wayBack } from '#mail/deliver/reverse-path';
import { replaceSrsSecret } from '#store/directory/srs-secrets';
import { refuse, value } from '#servers/admin/call';
import { NOTHING, readAddress, text } from '#servers/admin/inputs';

const SECRET_OCTETS = 32;

export const srsCalls = {
  'srs/read': value(z.object({ address: text }), async (context, { address }) => {
    const mailbox = readAddress(address);
    if ('kind' in mailbox) return mailbox;
    const { directory, store, clock } = context;
    const way = looksRewritten(mailbox)
      ? await wayBack({ directory, pool: store.pool }, mailbox, clock.now())
      : ({ kind: 'ordinary' } as const);
    switch (way.kind) {
      case 'back':
        return { address, author: formatMailbox(way.expansion.external[0]!) };
      case 'ordinary':
        return refuse(
          'not-rewritten',
          `${address} is no reverse-path that was rewritten here`,
          'They begin with SRS0= or SRS1= and have a domain of this server.',
        );
      case 'bounce-forged':
        return refuse(
          'forged',
          `${address} was not made here, or was changed`,
          'Notices of failure to it are refused. Look for the message by hikyaku message find.',
        );
      case 'bounce-expired':
        return refuse(
          'expired',
          `${address} is over three weeks old, or the author was erased`,
          'Notices of failure to it are refused.',
        );
    }
  }),

  'srs/rotate': value(NOTHING, async ({ store, administer }) => {
    await replaceSrsSecret(store.pool, administer.random(SECRET_OCTETS));
    store.notices.say('directory');
    return { rotated: true };
  }),
} as const;
