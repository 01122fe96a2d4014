/** Ways to prove that a name is one's own: RFC 8555 §8, RFC 8737. */
export const CHALLENGE_TYPES = ['http-01', 'tls-alpn-01', 'dns-01'] as const;
export type ChallengeType = (typeof CHALLENGE_TYPES)[number];
