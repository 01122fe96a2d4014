/**
 * LOGIN: the mechanism that was never standardised but that many clients know (draft-murchison-sasl-login).
 * The server asks twice; what it asks is shown by some clients and matched by others, so the two prompts are
 * the ones that everybody sends. A client may give the name as an initial response.
 */
import { decodeUtf8, utf8 } from '#bytes';
import { unexpectedChallenge } from './client-step.ts';
import type { ClientCredentials, ClientStep } from './client-step.ts';
import { checkPassword } from './plain.ts';
import { challenge, serverFailure } from './server-step.ts';
import type { ServerChallenge } from './server-step.ts';

const USERNAME_PROMPT = utf8('Username:');
const PASSWORD_PROMPT = utf8('Password:');

export function loginServer(): ServerChallenge {
  return challenge(USERNAME_PROMPT, (name) => {
    const authcid = decodeUtf8(name);
    if (authcid === undefined || authcid === '') return serverFailure('malformed');
    return challenge(PASSWORD_PROMPT, (secret) => {
      const password = decodeUtf8(secret);
      if (password === undefined || password === '') return serverFailure('malformed');
      return checkPassword({ authzid: '', authcid, password });
    });
  });
}

/** Answers in order, whatever the prompts say: servers translate them. */
export function loginClient(credentials: ClientCredentials): ClientStep {
  return {
    kind: 'listen',
    next: () => ({
      kind: 'respond',
      data: utf8(credentials.username),
      complete: false,
      next: () => ({
        kind: 'respond',
        data: utf8(credentials.password),
        complete: true,
        next: unexpectedChallenge,
      }),
    }),
  };
}
