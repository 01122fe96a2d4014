/** What commands on warm-up plans need to know of the server: its sources, and the site of a domain. */
import type { Config } from '#config';
import type { Event } from '#events';
import { route, type RouteOptions } from '#mail/queue/route/route';
import type { Directory } from '#store/directory/directory';
import type { AdminWarmUp } from '#servers/admin/context';

export function warmUpDesk(
  config: Config,
  {
    directory,
    resolver,
    isOwnAddress,
    happened,
  }: Pick<RouteOptions, 'resolver' | 'isOwnAddress'> & {
    readonly directory: Directory;
    readonly happened: (events: readonly Event[]) => void;
  },
): AdminWarmUp {
  const sources = config['queue.source_addresses'];
  return {
    happened,
    sources: sources.length === 0 ? [''] : sources,
    async siteOf(domain, signal) {
      const routing = await route(domain, {
        routes: await directory.routes(),
        resolver,
        random: () => 0,
        ownNames: new Set([config.hostname]),
        isOwnAddress,
        signal,
      });
      return routing.kind === 'hosts' ? routing.site : undefined;
    },
  };
}
