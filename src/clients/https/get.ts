/** One GET over HTTPS from a host that a stranger named (RFC 8461 §3.3). Called by `mail/tls-policy/`. */
import { exchange, type ExchangeOptions, type ExchangeResult } from './exchange.ts';

export interface GetOptions extends ExchangeOptions {
  /** Of the answer: `text/plain`. */
  readonly mediaType: string;
}

/** @param host a name in A-labels @param path with its slash */
export function httpsGet(
  host: string,
  path: string,
  { mediaType, ...options }: GetOptions,
): Promise<ExchangeResult> {
  const asked = {
    method: 'GET',
    path,
    headers: { accept: mediaType },
    objection: (status: number, type: string) => {
      // RFC 8461 §3.3: redirects are not followed
      if (status !== 200) return { reason: 'status', detail: String(status) } as const;
      if (type === mediaType) return undefined;
      return { reason: 'media-type', detail: type || 'none' } as const;
    },
  } as const;
  return exchange(host, asked, options);
}
