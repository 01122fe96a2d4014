/** What a lesson may change while the authority runs. */
import type { ProfileName } from './profiles.ts';

export interface CaRules {
  /** Of orders that name none. */
  profile: ProfileName;
  /** Refuses what Let's Encrypt would refuse as too much. */
  rateLimits: boolean;
  /** Share of good nonces that are refused, from 0 to 1, so that a client shows whether it tries again (RFC 8555 §6.5). */
  refusedNonces: number;
  /** How long a client is told to wait before it asks for renewal information again. Milliseconds. */
  askRenewalAgain: number;
}

export const INITIAL_RULES: Readonly<CaRules> = {
  profile: 'classic',
  rateLimits: false,
  refusedNonces: 0,
  askRenewalAgain: 6 * 60 * 60 * 1000,
};
