/** The resources of ACME as JSON (RFC 8555 §7.1), parsed from what a certificate authority answered: bounded, and only https. */
import { z } from 'zod';

const MAX_NAMES = 1000;

/** RFC 8555 §6.1: the use of HTTPS is required. */
const url = z
  .string()
  .max(4096)
  .refine((text) => URL.canParse(text) && text.startsWith('https://'), 'is no https URL');

/** §7.1.1, with renewal information (RFC 9773 §4.1) where the authority has it. */
export const directorySchema = z.object({
  newNonce: url,
  newAccount: url,
  newOrder: url,
  revokeCert: url,
  renewalInfo: url.optional(),
  meta: z
    .object({
      termsOfService: z.string().max(4096).optional(),
      externalAccountRequired: z.boolean().optional(),
    })
    .optional(),
});
export type AcmeDirectory = z.infer<typeof directorySchema>;

/** §7.1.2. */
export const accountSchema = z.object({
  status: z.enum(['valid', 'deactivated', 'revoked']),
});

const identifier = z.object({ type: z.string(), value: z.string().max(255) });

/** §7.1.3. */
export const orderSchema = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  identifiers: z.array(identifier).max(MAX_NAMES),
  authorizations: z.array(url).max(MAX_NAMES),
  finalize: url,
  certificate: url.optional(),
  error: z.unknown().optional(),
});
export type AcmeOrder = z.infer<typeof orderSchema>;

/** §8. */
export const challengeSchema = z.object({
  type: z.string(),
  url,
  status: z.enum(['pending', 'processing', 'valid', 'invalid']),
  /** §8.3: base64url without padding. Types that are not known here may have none. */
  token: z
    .string()
    .regex(/^[\w-]{1,512}$/)
    .optional(),
  error: z.unknown().optional(),
});
export type AcmeChallenge = z.infer<typeof challengeSchema>;

/** §7.1.4. */
export const authorizationSchema = z.object({
  identifier,
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  challenges: z.array(challengeSchema).max(20),
  /** The name was ordered as `*.` before the identifier. */
  wildcard: z.boolean().optional(),
});
export type AcmeAuthorization = z.infer<typeof authorizationSchema>;

/** RFC 9773 §4.2. */
export const renewalInfoSchema = z.object({
  suggestedWindow: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  explanationURL: z.string().max(4096).optional(),
});
