/** Which resource is where, and how it wants to be asked for (RFC 8555 §7.1). */
import { account, accountOrders, newAccount } from '#lab/ca/answers/account';
import { authorization, challenge } from '#lab/ca/answers/authorization';
import { certificate, renewalInfo, revokeCert } from '#lab/ca/answers/certificate';
import type { Answer, Reply } from '#lab/ca/answers/exchange';
import { finalize } from '#lab/ca/answers/finalize';
import { keyChange } from '#lab/ca/answers/key-change';
import { newOrder, order } from '#lab/ca/answers/order';
import type { Core } from '#lab/ca/core';
import { PROFILES } from '#lab/ca/profiles';
import { ISSUER } from '#lab/ca/proofs/validate';
import type { SignedBy } from './believe.ts';
import { PAGES } from './pages.ts';

export interface SignedRoute {
  readonly by: SignedBy;
  readonly answer: Answer;
}

const SIGNED: Readonly<Record<string, SignedRoute>> = {
  'account/new': { by: 'key', answer: newAccount },
  'account/*': { by: 'account', answer: account },
  'account/*/orders': { by: 'account', answer: accountOrders },
  'account/key': { by: 'account', answer: keyChange },
  'order/new': { by: 'account', answer: newOrder },
  'order/*': { by: 'account', answer: order },
  'order/*/finalize': { by: 'account', answer: finalize },
  'authorization/*': { by: 'account', answer: authorization },
  'challenge/*': { by: 'account', answer: challenge },
  'certificate/*': { by: 'account', answer: certificate },
  'certificate/revoke': { by: 'either', answer: revokeCert },
};

/** What they look like: without the first slash, `*` for a name. */
export const SIGNED_PATHS: readonly string[] = Object.keys(SIGNED);

/** What is asked for by POST. @param path with its slash */
export function signedRoute(
  path: string,
): { readonly route: SignedRoute; readonly id: string } | undefined {
  const [resource = '', id = '', ...rest] = path.slice(1).split('/');
  const exact = SIGNED[`${resource}/${id}`];
  const pattern = [resource, '*', ...rest].join('/');
  const route =
    exact !== undefined && id !== '*' && rest.length === 0
      ? exact
      : Object.hasOwn(SIGNED, pattern)
        ? SIGNED[pattern]
        : undefined;
  return route && { route, id };
}

const RENEWAL = '/renewal/';

/** What anybody may read by GET. @throws AcmeProblem */
export function openPage(core: Core, base: string, path: string): Reply | undefined {
  if (path === '/dir') return { status: 200, body: directory(base) };
  if (path.startsWith(RENEWAL)) return renewalInfo(core, base, path.slice(RENEWAL.length));
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
  if (page === undefined) return undefined;
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: page };
}

/** RFC 8555 §7.1.1, RFC 9773 §4.1. */
function directory(base: string): object {
  const profiles = Object.entries(PROFILES).map(([name, { about }]) => [name, about]);
  return {
    newNonce: `${base}/nonce`,
    newAccount: `${base}/account/new`,
    newOrder: `${base}/order/new`,
    revokeCert: `${base}/certificate/revoke`,
    keyChange: `${base}/account/key`,
    renewalInfo: `${base}/renewal`,
    meta: {
      termsOfService: `${base}/terms`,
      caaIdentities: [ISSUER],
      externalAccountRequired: false,
      profiles: Object.fromEntries(profiles),
    },
  };
}
