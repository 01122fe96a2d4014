/**
 * Whether a policy names a mail exchange (RFC 8461 §4.1): the same host, or `*.` in place of exactly one label at the left. Pure.
 */

/** @param host in lower-case A-labels @param patterns as `parseStsPolicy` gives them */
export function namesMx(patterns: readonly string[], host: string): boolean {
  const dot = host.indexOf('.');
  const below = dot < 1 ? undefined : `*${host.slice(dot)}`;
  return patterns.some((pattern) => pattern === host || pattern === below);
}
