/** An account gets another key (RFC 8555 §7.3.5): the new one signs the wish, the old one the request that carries it. */
import { z } from 'zod';
import { isSignedBy, readJwk } from '#lab/ca/memory/jwk';
import { AcmeProblem, malformed } from '#lab/ca/problem';
import { accountOf, urls, type Asked, type Reply } from './exchange.ts';
import { jsonIn, readJws } from './jws.ts';

const schema = z.object({ account: z.string().max(2000), oldKey: z.unknown() });

export function keyChange(asked: Asked): Reply {
  const { core, base, url, jws } = asked;
  const account = accountOf(asked);
  const inner = readJws(jws.payload);
  if (inner.jwk === undefined) throw malformed('the inner JWS must carry the new key ("jwk")');
  if (inner.nonce !== undefined) throw malformed('the inner JWS must have no nonce');
  if (inner.url !== url) throw malformed('the inner JWS is for another URL');
  const key = readJwk(inner.jwk);
  if (inner.algorithm !== key.algorithm || !isSignedBy(key, inner.signed, inner.signature)) {
    throw malformed('the inner JWS is not signed by the new key');
  }
  const wish = schema.safeParse(jsonIn(inner.payload, 'the inner payload'));
  if (!wish.success || wish.data.account !== urls.account(base, account)) {
    throw malformed('the inner payload does not name the account of the request');
  }
  if (readJwk(wish.data.oldKey).thumbprint !== account.key.thumbprint) {
    throw malformed('the inner payload does not name the key of the account');
  }
  const holder = core.accounts.byKey(key);
  if (holder !== undefined) {
    throw new AcmeProblem(409, 'malformed', 'another account has the new key', {
      location: urls.account(base, holder),
    });
  }
  core.accounts.changeKey(account, key);
  core.log.info('lab.ca.key-changed', { account: account.id });
  return { status: 200, body: {} };
}
