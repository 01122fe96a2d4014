/** Whether a request comes from who says so (RFC 8555 §6.2 to §6.5): who signs, for which address, with a nonce that was not used. */
import { assertActive } from '#lab/ca/answers/account';
import { urls, type Asked } from '#lab/ca/answers/exchange';
import { readJws, type Jws } from '#lab/ca/answers/jws';
import type { Core } from '#lab/ca/core';
import { ALGORITHMS, isSignedBy, readJwk, type PublicKey } from '#lab/ca/memory/jwk';
import type { Account } from '#lab/ca/memory/records';
import { AcmeProblem, malformed } from '#lab/ca/problem';

/** By what a resource wants to be asked for: a key that is sent along, an account, or either. */
export type SignedBy = 'key' | 'account' | 'either';

export interface Request {
  readonly core: Core;
  readonly base: string;
  readonly url: string;
  readonly id: string;
  readonly body: Uint8Array;
  readonly from: string;
}

/** @throws AcmeProblem */
export function believed({ core, base, url, id, body, from }: Request, by: SignedBy): Asked {
  const jws = readJws(body);
  if (!(ALGORITHMS as readonly string[]).includes(jws.algorithm)) {
    throw wrongAlgorithm(jws.algorithm);
  }
  if (jws.url !== url) {
    throw new AcmeProblem(
      403,
      'unauthorized',
      `the request was signed for another URL than ${url}`,
    );
  }
  // taken before anything is computed: whoever has none is not worth the time
  if (!core.nonces.take(jws.nonce) || core.random() < core.rules.refusedNonces) {
    throw new AcmeProblem(400, 'badNonce', 'the nonce was used before, or not given out here');
  }
  const { key, account } = signer(core, base, jws, by);
  if (jws.algorithm !== key.algorithm) throw wrongAlgorithm(jws.algorithm, [key.algorithm]);
  if (!isSignedBy(key, jws.signed, jws.signature)) {
    throw new AcmeProblem(403, 'unauthorized', 'the signature is not that of the key');
  }
  if (account) assertActive(account);
  return { core, base, id, url, jws, key, account, from };
}

function wrongAlgorithm(name: string, algorithms: readonly string[] = ALGORITHMS): AcmeProblem {
  const detail = `${JSON.stringify(name)} is no algorithm for this key; these are: ${algorithms.join(', ')}`;
  return new AcmeProblem(400, 'badSignatureAlgorithm', detail, { algorithms });
}

function signer(
  { accounts }: Core,
  base: string,
  { jwk, kid }: Jws,
  by: SignedBy,
): { readonly key: PublicKey; readonly account: Account | undefined } {
  if (kid === undefined) {
    if (by === 'account') throw malformed('the request must be signed by an account ("kid")');
    return { key: readJwk(jwk), account: undefined };
  }
  if (by === 'key') throw malformed('the request must carry its key ("jwk")');
  const id = kid.slice(kid.lastIndexOf('/') + 1);
  const account = accounts.byId(id);
  if (account !== undefined && kid === urls.account(base, account)) {
    return { key: account.key, account };
  }
  throw new AcmeProblem(400, 'accountDoesNotExist', 'there is no account with this URL');
}
