/**
 * The client side of every mechanism, behind one function, for our SMTP client's AUTH to a smarthost. The
 * mechanism comes from `chooseMechanism`; computing `derive-key` steps is the caller's (`saltPassword`).
 */
import type { ChannelBindings } from './channel-binding.ts';
import type { ClientCredentials, ClientStep } from './client-step.ts';
import { loginClient } from './login.ts';
import { offersPlus } from './mechanisms.ts';
import type { Mechanism } from './mechanisms.ts';
import { plainClient } from './plain.ts';
import { scramClient } from './scram-client.ts';

export interface SaslClientOptions {
  /** The names on the server's AUTH line, as they came. */
  readonly offered: readonly string[];
  readonly bindings: ChannelBindings;
  /** Random octets of this exchange alone, 18 or more. */
  readonly nonce: Uint8Array;
}

/** Begins an exchange: `respond` gives the initial response, `listen` means to start without one. */
export function startSaslClient(
  mechanism: Mechanism,
  credentials: ClientCredentials,
  options: SaslClientOptions,
): ClientStep {
  const { bindings, nonce } = options;
  const plusOffered = offersPlus(options.offered);
  if (mechanism === 'PLAIN') return plainClient(credentials);
  if (mechanism === 'LOGIN') return loginClient(credentials);
  const plus = mechanism === 'SCRAM-SHA-256-PLUS';
  return scramClient(credentials, { plus, plusOffered, bindings, nonce });
}
