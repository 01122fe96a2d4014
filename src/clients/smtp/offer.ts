/** What a peer offers, as the client uses it: read from the answer to EHLO, or nothing after HELO. */
export interface Offer {
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly eightBitMime: boolean;
  readonly smtputf8: boolean;
  readonly dsn: boolean;
  readonly startTls: boolean;
  /** RFC 1870: the largest message in octets, 0 where only the parameter is known; undefined: not offered. */
  readonly size: number | undefined;
  /** SASL mechanisms, as they came. */
  readonly auth: readonly string[];
  /** RFC 9422 */
  readonly rcptMax: number | undefined;
  readonly rcptDomainMax: number | undefined;
  readonly mailMax: number | undefined;
}

/** A peer that only knows HELO. */
export const NO_OFFER: Offer = {
  pipelining: false,
  chunking: false,
  eightBitMime: false,
  smtputf8: false,
  dsn: false,
  startTls: false,
  size: undefined,
  auth: [],
  rcptMax: undefined,
  rcptDomainMax: undefined,
  mailMax: undefined,
};

/** Reads the lines of a positive reply to EHLO; the first is the peer's name. */
export function offerFrom(lines: readonly string[]): Offer {
  const keywords = new Map<string, readonly string[]>();
  for (const line of lines.slice(1)) {
    const [keyword, ...parameters] = line.trim().split(/[ =]+/);
    if (keyword !== undefined) keywords.set(keyword.toUpperCase(), parameters);
  }
  const limits = new Map((keywords.get('LIMITS') ?? []).map((x) => [x, 0]));
  const size = keywords.get('SIZE');
  return {
    pipelining: keywords.has('PIPELINING'),
    chunking: keywords.has('CHUNKING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtputf8: keywords.has('SMTPUTF8'),
    dsn: keywords.has('DSN'),
    startTls: keywords.has('STARTTLS'),
    size: size === undefined ? undefined : Number(size[0] ?? 0),
    auth: keywords.get('AUTH') ?? [],
    rcptMax: limits.get('RCPTMAX'),
    rcptDomainMax: limits.get('RCPTDOMAINMAX'),
    mailMax: limits.get('MAILMAX'),
  };
}
