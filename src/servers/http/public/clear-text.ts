/** Port 80: answers certificate authorities, and leads everybody else to HTTPS at a name that is ours. */
import type { ChallengeAnswers } from '#mail/certificates/challenges';
import type { Sites } from '#mail/publish/sites';
import type { PublicApp } from './app.ts';
import { PUBLIC_LIMITS } from './limits.ts';

export interface ClearTextOptions {
  readonly sites: Sites;
  readonly challenges: ChallengeAnswers;
  /** The port of HTTPS; undefined: there is none to lead to. */
  readonly httpsPort: () => number | undefined;
}

/** What a path consists of where nothing is odd (RFC 3986 §3.3, §3.4). */
const PLAIN_PATH = /^\/[\x21-\x7e]*$/;

export function addClearText({ app }: PublicApp, options: ClearTextOptions): void {
  const { sites, challenges, httpsPort } = options;
  // RFC 8555 §8.3: whatever the name is
  app.get<{ Params: { token: string } }>(
    '/.well-known/acme-challenge/:token',
    async (request, reply) => {
      const answer = await challenges.tokenAnswer(request.params.token);
      if (answer === undefined) return reply.code(404).type('text/plain').send('not found\n');
      return reply.type('application/octet-stream').send(answer);
    },
  );
  app.all('/*', async (request, reply) => {
    const port = httpsPort();
    const site = port === undefined ? undefined : await sites.at(request.headers.host);
    if (site === undefined) return reply.code(404).type('text/plain').send('not found\n');
    const { url = '/' } = request.raw;
    const path = url.length <= PUBLIC_LIMITS.redirectedPath && PLAIN_PATH.test(url) ? url : '/';
    const at = port === 443 ? site.name : `${site.name}:${port}`;
    return reply.redirect(`https://${at}${path}`, 301);
  });
}
