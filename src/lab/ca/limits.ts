/** How much the authority takes, and keeps in memory. */

export const CA_LIMITS = {
  /** Octets of a request: a hundred names in a certificate request by RSA are some 10 KB. */
  body: 64 * 1024,
  /** Milliseconds from the first octet of a request to its last. */
  requestTime: 10_000,
  connections: 200,
  /** Of one order, as Let's Encrypt has it. */
  names: 100,
  nonces: 10_000,
  accounts: 1000,
  orders: 2000,
  certificates: 2000,
  /** Validations at the same time, and those that wait for one. */
  validations: { turns: 20, turnsEach: 20, waiting: 500, waitingEach: 500 },
  /** Milliseconds for one validation, whatever it consists of. */
  validationTime: 10_000,
  /** Octets of the answer to HTTP-01: a token, a dot and a digest are less than 600. */
  answer: 4096,
  redirects: 10,
  /** Addresses of a name that are tried. */
  addresses: 4,
  /** Orders of which every step can be read, the newest. */
  told: 200,
  /** Of one of them. */
  steps: 300,
} as const;
