/**
 * Where the URL of List-Unsubscribe leads (RFC 8058 §3.2): one POST unsubscribes, answered at once, without redirect, cookies or any proof but the
 * token; GET and HEAD, which programs send to every link of a mail, change nothing. Stands on port 443, and in dev on the local port.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { latin1 } from '#bytes';
import type { LeavingDesk } from '#mail/unsubscribe/leave';
import { PAGE_PATH } from '#mail/unsubscribe/offer';
import type { Subscription } from '#mail/unsubscribe/token';
import { chooseLanguage } from '#protocol/http/accept-language';
import type { Language } from '#servers/http/landing-texts';
import { askingPage, donePage, UNSUBSCRIBE_POLICY } from './unsubscribe-page.ts';

export interface UnsubscribeOptions {
  /** Undefined: not yet, or no more. */
  readonly desk: () => LeavingDesk | undefined;
  /** Where the reader asks for none. */
  readonly lang: Language;
}

/** A form with one field, in either of two encodings. */
const FORM_OCTETS = 2048;

export function addUnsubscribe(app: FastifyInstance, { desk, lang }: UnsubscribeOptions): void {
  // a scope of its own: the form is read as octets here, whatever others read
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: FORM_OCTETS },
      (_, body, done) => done(null, body),
    );
    const languageOf = (request: FastifyRequest): Language =>
      chooseLanguage(undefined, request.headers['accept-language'], lang);
    scope.get(`${PAGE_PATH}*`, (request, reply) => {
      const subscription = desk()?.look(tokenOf(request));
      if (subscription === undefined) return notFound(reply);
      return answer(reply, askingPage, subscription, languageOf(request));
    });
    scope.post(`${PAGE_PATH}*`, { bodyLimit: FORM_OCTETS }, async (request, reply) => {
      const at = desk();
      const subscription = at?.look(tokenOf(request));
      if (at === undefined || subscription === undefined) return notFound(reply);
      if (!isOneClick(request.body as Buffer | null | undefined))
        return reply.code(400).type('text/plain').send('bad request\n');
      await at.leave(subscription);
      return answer(reply, donePage, subscription, languageOf(request));
    });
  });
}

function tokenOf(request: FastifyRequest): string {
  return (request.params as { '*': string })['*'];
}

function answer(
  reply: FastifyReply,
  page: typeof askingPage,
  subscription: Subscription,
  language: Language,
): FastifyReply {
  return reply
    .code(200)
    .headers({
      'content-security-policy': UNSUBSCRIBE_POLICY,
      'content-language': language,
      vary: 'accept-language',
      'x-robots-tag': 'noindex',
    })
    .type('text/html; charset=utf-8')
    .send(page(subscription, language));
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('not found\n');
}

/** RFC 8058 §3.2: as application/x-www-form-urlencoded or multipart/form-data; what stands beside it is no matter. */
function isOneClick(body: Buffer | null | undefined): boolean {
  if (!Buffer.isBuffer(body)) return false;
  const text = latin1(body);
  return (
    /(?:^|&)List-Unsubscribe=One-Click(?:&|\s*$)/i.test(text) ||
    /name="?List-Unsubscribe"?\r?\n(?:[^\r\n]{1,200}\r?\n){0,3}\r?\nOne-Click\r?\n/i.test(text)
  );
}
