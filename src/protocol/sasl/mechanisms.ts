/**
 * The SASL mechanisms spoken here and the order of preference among them. A client takes the first of ours
 * that the server offers; the server announces them in this order.
 */

/** Strongest first: channel binding defeats a man in the middle, SCRAM never shows the password. */
export const MECHANISMS = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN', 'LOGIN'] as const;

export type Mechanism = (typeof MECHANISMS)[number];

/** What of the connection decides on mechanisms. */
export interface MechanismConditions {
  /** The connection is under TLS. */
  readonly tls: boolean;
  /** At least one channel binding of this TLS connection is at hand (see `channelBindings`). */
  readonly channelBinding: boolean;
}

/**
 * What a server offers: nothing without TLS (RFC 4954 §4 with RFC 8314 §3), and -PLUS only where a channel
 * binding exists (RFC 5802 §6).
 */
export function offeredMechanisms(conditions: MechanismConditions): readonly Mechanism[] {
  if (!conditions.tls) return [];
  return conditions.channelBinding ? MECHANISMS : MECHANISMS.filter((name) => !isPlus(name));
}

/** A mechanism name as a client wrote it, in any case (RFC 4422 §3.1 has upper case only; clients differ). */
export function mechanismNamed(name: string): Mechanism | undefined {
  const upper = name.toUpperCase();
  return MECHANISMS.find((mechanism) => mechanism === upper);
}

/**
 * The mechanism our client uses with a server: the strongest that is offered and possible on this
 * connection; none without TLS, so that no password ever crosses in the clear.
 *
 * @param offered names from the server's AUTH line
 */
export function chooseMechanism(
  offered: readonly string[],
  conditions: MechanismConditions,
): Mechanism | undefined {
  const possible = new Set<string>(offered.map((name) => name.toUpperCase()));
  return offeredMechanisms(conditions).find((mechanism) => possible.has(mechanism));
}

/** Whether a server's list holds a mechanism with channel binding (RFC 5802 §6 makes a client remember it). */
export function offersPlus(offered: readonly string[]): boolean {
  return offered.some((name) => mechanismNamed(name) === 'SCRAM-SHA-256-PLUS');
}

function isPlus(name: Mechanism): boolean {
  return name.endsWith('-PLUS');
}
