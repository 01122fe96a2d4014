/** Resources as they are sent (RFC 8555 §7.1). Pure. */
import type { Authorization, Challenge, Order } from '#lab/ca/memory/records';
import { urls } from './exchange.ts';

export function orderView(base: string, order: Order): object {
  const { names, status, expiresAt, authorizations, error, certificate, replaces, profile } = order;
  return {
    status,
    expires: new Date(expiresAt).toISOString(),
    identifiers: names.map((value) => ({ type: 'dns', value })),
    authorizations: authorizations.map((one) => urls.authorization(base, one)),
    finalize: `${urls.order(base, order)}/finalize`,
    profile,
    ...(replaces !== undefined && { replaces }),
    ...(error && { error }),
    ...(certificate && { certificate: urls.certificate(base, certificate.serial) }),
  };
}

export function authorizationView(base: string, authorization: Authorization): object {
  const { name, wildcard, status, challenges, order } = authorization;
  // §7.1.4: when it is decided only what decided it is shown
  const shown =
    status === 'pending' ? challenges : challenges.filter((one) => one.status === status);
  return {
    identifier: { type: 'dns', value: name },
    status,
    expires: new Date(order.expiresAt).toISOString(),
    ...(wildcard && { wildcard }),
    challenges: shown.map((one) => challengeView(base, one)),
  };
}

export function challengeView(base: string, challenge: Challenge): object {
  const { type, token, status, validatedAt, error } = challenge;
  return {
    type,
    url: urls.challenge(base, token),
    token,
    status,
    ...(validatedAt !== undefined && { validated: new Date(validatedAt).toISOString() }),
    ...(error && { error }),
  };
}
