/**
 * What this server answers to a certificate authority that comes to look. Orders are made by one node, but the authority may reach
 * any: the answers lie in PostgreSQL, and each node keeps those of orders under way in memory.
 */

/** HTTP-01 (RFC 8555 §8.3), for whoever listens on port 80. */
export interface ChallengeAnswers {
  /**
   * What to send as `application/octet-stream` to `GET /.well-known/acme-challenge/TOKEN`; undefined: 404.
   * @param token as it came, unchecked
   */
  tokenAnswer(token: string): Promise<string | undefined>;
}
