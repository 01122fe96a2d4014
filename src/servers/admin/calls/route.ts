/** Routes: hosts that mail for a domain, an address literal, or every domain is handed to instead of its MX. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { toAscii } from '#protocol/address/domain';
import { removeRoute, setRoute } from '#store/directory/routes';
import { releaseNoRoute, retryRouted } from '#store/queue/admin';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import { NOTHING, readMailDomain, text } from '#servers/admin/inputs';

export const ROUTE_TLS = ['none', 'opportunistic', 'required', 'verified', 'implicit'] as const;
const EVERY_DOMAIN = '*';

export const routeCalls = {
  'route/set': value(
    z.object({
      domain: text,
      host: text,
      port: z.number().int().min(1).max(65_535),
      tls: z.enum(ROUTE_TLS),
      username: text.optional(),
      password: text.optional(),
    }),
    async ({ store, clock }, input) => {
      const domain = readRouteDomain(input.domain);
      if (typeof domain !== 'string') return domain;
      const host = isIP(input.host) === 0 ? toAscii(input.host) : input.host;
      if (host === undefined) {
        return refuse(
          'not-a-host',
          `${input.host} is neither a host name nor an address`,
          'Write it like smtp.example.net or 192.0.2.1.',
        );
      }
      const { port, tls, username = null, password = null } = input;
      if ((username === null) !== (password === null)) {
        return refuse(
          'half-a-login',
          'a user name and a password go together',
          'Give --user and --password-file, or neither.',
        );
      }
      const now = clock.now();
      await setRoute(store.pool, { domain, host, port, tls, username, password }, now);
      store.notices.say('directory');
      await releaseNoRoute(store.pool, now, 'route set');
      await retryRouted(store.pool, domain, now, 'route set');
      store.notices.say('queue');
      return { domain, host, port, tls, username };
    },
  ),

  'route/list': rows(NOTHING, async ({ directory }) =>
    (await directory.routes()).map(({ domain, host, port, tls, username }) => ({
      domain,
      host,
      port,
      tls,
      username,
    })),
  ),

  'route/remove': value(z.object({ domain: text }), async ({ store }, input) => {
    const domain = readRouteDomain(input.domain);
    if (typeof domain !== 'string') return domain;
    if (!(await removeRoute(store.pool, domain))) {
      return refuse(
        'no-such-route',
        `there is no route for ${domain}`,
        'hikyaku route list shows those that exist.',
      );
    }
    store.notices.say('directory');
    return { domain };
  }),
} as const;

function readRouteDomain(given: string): string | Refusal {
  return given === EVERY_DOMAIN ? given : readMailDomain(given);
}
