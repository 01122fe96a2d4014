/** Bounds of the public listeners, each with its reason. */
export const PUBLIC_LIMITS = {
  /** The largest request that means anything is one of Autodiscover, of some 600 octets. */
  bodyOctets: 8 * 1024,
  headerOctets: 8 * 1024,
  /** Every answer is small and at once: who needs longer is not honest. Milliseconds for a connection in all. */
  connectionTime: 30_000,
  /** Without a word. Milliseconds. */
  idleTime: 10_000,
  handshakeTime: 5000,
  /** At once, both listeners together; they cost no mail its place. */
  connections: 500,
  /** A mail program opens some, a proxy of an office more. */
  connectionsPerAddress: 30,
  /** Characters of a path that is led on to HTTPS. */
  redirectedPath: 2000,
} as const;
