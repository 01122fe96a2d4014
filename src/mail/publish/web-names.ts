/** The names under a domain at which this server answers by HTTP and HTTPS; certificates want to cover them. */

export interface WebNames {
  /** RFC 8461 §3.3. */
  readonly mtaSts: string;
  readonly autoconfig: string;
  readonly autodiscover: string;
}

export function webNames(domain: string): WebNames {
  return {
    mtaSts: `mta-sts.${domain}`,
    autoconfig: `autoconfig.${domain}`,
    autodiscover: `autodiscover.${domain}`,
  };
}
