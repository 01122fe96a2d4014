/** Addresses and networks whose connections are refused. */
import { z } from 'zod';
import { readNetwork, type Network } from '#protocol/address/network';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import { NOTHING, text } from '#servers/admin/inputs';

export const banCalls = {
  'ban/list': rows(NOTHING, ({ guard, clock }) =>
    Promise.resolve(
      guard.bans
        .list(clock.now())
        .map(({ network, reason, scope, byHand, since, until, times }) => ({
          network,
          reason,
          scope,
          byHand,
          since: new Date(since).toISOString(),
          until: until === null ? null : new Date(until).toISOString(),
          times,
        })),
    ),
  ),

  'ban/add': value(
    z.object({
      network: text,
      reason: z.string().max(200).default(''),
      /** Milliseconds; without: until it is lifted. */
      within: z.number().positive().optional(),
    }),
    async ({ guard, clock }, { network: given, reason, within }) => {
      const network = readBanned(given);
      if ('kind' in network) return network;
      if (guard.isProtected(network.address)) {
        return refuse(
          'protected',
          `${network.text} is never banned: behind it may be everybody, or it is trusted`,
          'Loopback, private networks, gateways, proxies and abuse.trusted are let in always.',
        );
      }
      const until = within === undefined ? null : clock.now() + within;
      const ban = await guard.banByHand(network.text, reason, until);
      return {
        network: ban.network,
        until: ban.until === null ? null : new Date(ban.until).toISOString(),
      };
    },
  ),

  'ban/remove': value(z.object({ network: text }), async ({ guard }, { network: given }) => {
    const network = readBanned(given);
    if ('kind' in network) return network;
    if (!(await guard.liftBan(network.text))) {
      return refuse(
        'not-banned',
        `${network.text} is not banned`,
        'hikyaku ban list shows what is banned: a network is named as it stands there.',
      );
    }
    return { network: network.text };
  }),
} as const;

/** One IPv6 address is banned with its /64, which one customer has at least. */
function readBanned(given: string): Network | Refusal {
  const network = readNetwork(given);
  if (network === undefined) {
    return refuse(
      'not-a-network',
      `${given} is neither an address nor a network`,
      'Write it like 192.0.2.1, 192.0.2.0/24 or 2001:db8::/48.',
    );
  }
  return network.family === 6 && network.bits > 64
    ? readNetwork(`${network.address}/64`)!
    : network;
}
