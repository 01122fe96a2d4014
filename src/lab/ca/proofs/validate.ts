/** Whether a name is the account's to have certificates for: the proof (RFC 8555 §8, RFC 8737), and who may issue at all (RFC 8659). */
import type { ChallengeType } from '#lab/ca/challenge-types';
import type { Authorization, Challenge } from '#lab/ca/memory/records';
import { AcmeProblem } from '#lab/ca/problem';
import { findCaa, objectionOf } from './caa.ts';
import { askDns, type Look } from './look.ts';
import { proveByDns } from './prove-by-dns.ts';
import { proveByHttp } from './prove-by-http.ts';
import { proveByTls } from './prove-by-tls.ts';

/** The name by which CAA records mean this authority. */
export const ISSUER = 'ca.test';

export interface Validation extends Look {
  /** URLs under which the account of the order is known. */
  readonly accountUris: readonly string[];
}

/** @throws AcmeProblem */
export async function prove(
  validation: Validation,
  { name, order }: Authorization,
  { type, token }: Challenge,
): Promise<void> {
  const keyAuthorization = `${token}.${order.account.key.thumbprint}`;
  if (type === 'http-01') await proveByHttp(validation, name, token, keyAuthorization);
  else if (type === 'tls-alpn-01') await proveByTls(validation, name, keyAuthorization);
  else await proveByDns(validation, name, keyAuthorization);
}

/** @throws AcmeProblem where somebody else is to issue, or nobody knows */
export async function assertMayIssue(
  validation: Validation,
  { name, wildcard }: Pick<Authorization, 'name' | 'wildcard'>,
  method: ChallengeType,
): Promise<void> {
  const { tell, accountUris } = validation;
  const found = await findCaa(name, (at) => askDns(validation, 'RFC 8659 §3', at, 'CAA'));
  if (found.kind === 'none') {
    tell('RFC 8659 §3', { step: 'caa-none', name });
    return;
  }
  if (found.kind === 'failure') {
    const detail = `DNS problem: ${found.text} looking up CAA for ${found.at}`;
    throw new AcmeProblem(400, 'dns', detail);
  }
  const objection = objectionOf(found.records, {
    issuer: ISSUER,
    wildcard,
    method,
    isAccount: (uri) => accountUris.includes(uri),
  });
  const step = objection === undefined ? 'caa-allows' : 'caa-forbids';
  tell('RFC 8659 §4', { step, name, found: found.at });
  if (objection === undefined) return;
  const detail = `CAA record for ${found.at} prevents issuance: ${objection}`;
  throw new AcmeProblem(403, 'caa', detail);
}
