/** A path with its page, or with a form that is taken and leads on to a page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOneOf, wordOf } from './asked.ts';
import type { Page, Reader } from './layout.ts';
import type { FormTokens } from './tokens.ts';

/** Where the browser goes once a form was taken, so that going back or loading again sends nothing twice. RFC 9110 §15.4.4 */
export interface Onward {
  readonly location: string;
}

export interface Showing {
  readonly tokens: FormTokens;
  readonly readerOf: (request: FastifyRequest) => Reader;
  readonly show: (reply: FastifyReply, page: Page, reader: Reader) => FastifyReply;
}

export type Answer = (
  request: FastifyRequest,
  reader: Reader,
) => Page | Onward | Promise<Page | Onward>;

export function addPage(
  app: FastifyInstance,
  { readerOf, show }: Showing,
  { path, method = 'GET', bodyLimit }: PagePlace,
  answer: Answer,
): void {
  app.route({
    method,
    url: path,
    ...(bodyLimit !== undefined && { bodyLimit }),
    async handler(request, reply) {
      const reader = readerOf(request);
      const found = await answer(request, reader);
      return 'location' in found ? reply.redirect(found.location, 303) : show(reply, found, reader);
    },
  });
}

interface PagePlace {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  /** Octets of a form. */
  readonly bodyLimit?: number;
}

/**
 * Whether a form is one that we gave out. A browser says where a form comes from; what says nothing has to have the token all the same.
 * @param what the form is about
 */
export function isOurForm(request: FastifyRequest, tokens: FormTokens, what: string): boolean {
  const from = request.headers['sec-fetch-site'];
  const isOurs = from === undefined || isOneOf(['same-origin', 'none'], from);
  return isOurs && tokens.isOurs(what, wordOf(request.body, 'token') ?? '');
}
