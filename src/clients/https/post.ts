/** One POST over HTTPS to a host that a stranger named: reports (RFC 8460 §5.4). Called by `mail/reports/`. */
import { exchange, type ExchangeOptions, type ExchangeResult } from './exchange.ts';

export interface PostOptions extends ExchangeOptions {
  /** Of the body: `application/tlsrpt+gzip`. */
  readonly mediaType: string;
}

/** @param host a name in A-labels @param path with its slash */
export function httpsPost(
  host: string,
  path: string,
  body: Uint8Array,
  { mediaType, ...options }: PostOptions,
): Promise<ExchangeResult> {
  const asked = {
    method: 'POST',
    path,
    headers: { 'content-type': mediaType, 'content-length': String(body.length) },
    body,
    objection: (status: number) =>
      status >= 200 && status < 300
        ? undefined
        : ({ reason: 'status', detail: String(status) } as const),
  } as const;
  return exchange(host, asked, options);
}
