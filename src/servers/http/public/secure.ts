/** Port 443: the MTA-STS policy and the settings for mail programs, each at its names alone. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decodeUtf8Lossy, EMPTY } from '#bytes';
import type { Clock } from '#clock';
import {
  formatAutodiscover,
  formatAutodiscoverError,
  formatAutodiscoverJson,
  readAutodiscover,
} from '#mail/publish/autodiscover';
import { formatAutoconfig } from '#mail/publish/client-settings';
import type { Site, Sites } from '#mail/publish/sites';
import type { PublicApp } from './app.ts';

export interface SecureOptions {
  readonly sites: Sites;
  readonly clock: Clock;
}

/** A year, for this name alone: what its owner does elsewhere is not ours to decide (RFC 6797 §6.1). */
const HSTS = 'max-age=31536000';
const XML = 'text/xml; charset=utf-8';

const AUTOCONFIG_PATHS = [
  '/mail/config-v1.1.xml',
  '/.well-known/autoconfig/mail/config-v1.1.xml',
] as const;

export function addSecure({ app }: PublicApp, { sites, clock }: SecureOptions): void {
  const known = new WeakMap<FastifyRequest, Site>();
  app.addHook('onRequest', async (request, reply) => {
    const site = await sites.at(request.headers.host);
    // RFC 9110 §15.5.20; a name that is not ours learns nothing of those that are
    if (site === undefined) return reply.code(421).type('text/plain').send('not here\n');
    known.set(request, site);
    reply.header('strict-transport-security', HSTS);
    return undefined;
  });
  const at = (kind: Site['kind'], request: FastifyRequest): Site | undefined => {
    const site = known.get(request);
    return site?.kind === kind ? site : undefined;
  };

  // RFC 8461 §3.3
  app.get('/.well-known/mta-sts.txt', async (request, reply) => {
    const site = at('policy', request);
    const policy = site?.domain && (await sites.stsPolicy(site.domain));
    return policy ? reply.type('text/plain; charset=utf-8').send(policy) : notFound(reply);
  });

  for (const path of AUTOCONFIG_PATHS)
    app.get(path, async (request, reply) => {
      const site = at('settings', request);
      const settings = site && (await sites.settings(site, queryOf(request, 'emailaddress')));
      return settings ? reply.type(XML).send(formatAutoconfig(settings)) : notFound(reply);
    });

  app.route({
    method: ['GET', 'POST'],
    url: '/autodiscover/autodiscover.xml',
    async handler(request, reply) {
      const site = at('settings', request);
      if (site === undefined) return notFound(reply);
      reply.type(XML);
      const read = readAutodiscover(decodeUtf8Lossy((request.body as Buffer | null) ?? EMPTY));
      if (read.kind === 'refused') return formatAutodiscoverError(read.code, clock.now());
      const settings = await sites.settings(site, read.address);
      return settings
        ? formatAutodiscover(settings, read.address)
        : formatAutodiscoverError(601, clock.now());
    },
  });

  for (const path of [
    '/autodiscover/autodiscover.json',
    '/autodiscover/autodiscover.json/v1.0/:email',
  ])
    app.get(path, (request, reply) => {
      const site = at('settings', request);
      if (site === undefined) return notFound(reply);
      const url = `https://${site.name}/autodiscover/autodiscover.xml`;
      const { status, body } = formatAutodiscoverJson(queryOf(request, 'protocol'), url);
      return reply.code(status).send(body);
    });
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('not found\n');
}

/** The first of the name, in any case; undefined where it is none or not one text. */
function queryOf({ query }: FastifyRequest, name: string): string | undefined {
  const found = Object.entries(query as Readonly<Record<string, unknown>>).find(
    ([key]) => key.toLowerCase() === name,
  );
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}
