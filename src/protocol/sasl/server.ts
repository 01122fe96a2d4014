/**
 * The server side of every mechanism, behind one function. `servers/smtp` and `servers/imap` turn its steps
 * into their replies; base64, the abort line `*` and the final reply are theirs.
 */
import type { ChannelBindings } from './channel-binding.ts';
import { loginServer } from './login.ts';
import type { Mechanism } from './mechanisms.ts';
import { plainServer } from './plain.ts';
import { scramServer } from './scram-server.ts';
import type { ServerChallenge } from './server-step.ts';

export interface SaslServerOptions {
  /** The mechanisms offered on this connection (`offeredMechanisms`); refuse others before coming here. */
  readonly offered: readonly Mechanism[];
  readonly bindings: ChannelBindings;
  /** Random octets of this exchange alone, 18 or more. */
  readonly nonce: Uint8Array;
}

/**
 * Begins an exchange. The first step is always a challenge: where the client sent an initial response,
 * hand that to `next` and send nothing; else send `data` (mostly empty) as any other challenge.
 */
export function startSaslServer(mechanism: Mechanism, options: SaslServerOptions): ServerChallenge {
  const { bindings, nonce } = options;
  const plusOffered = options.offered.includes('SCRAM-SHA-256-PLUS');
  if (mechanism === 'PLAIN') return plainServer();
  if (mechanism === 'LOGIN') return loginServer();
  const plus = mechanism === 'SCRAM-SHA-256-PLUS';
  return scramServer({ plus, plusOffered, bindings, nonce });
}
