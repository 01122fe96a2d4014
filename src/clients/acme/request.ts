/** One HTTPS request to a certificate authority: bounded in time and size, redirects not followed, roots handed in. */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { DiallingAgent, type OwnNetwork } from './dialling-agent.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly body?: string;
}

export interface Transport extends Disposable {
  /** @throws when no answer came */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface TransportOptions {
  /** PEM, instead of the roots that Node.js trusts. */
  readonly ca: string | undefined;
  /** RFC 8555 §6.1: a client says who it is. */
  readonly userAgent: string;
  /** Milliseconds for a request and its answer. */
  readonly timeout?: number;
  /** By which the authority is reached, instead of the system's. */
  readonly network?: OwnNetwork | undefined;
}

const TIMEOUT = 30_000;
/** Chains and orders of a hundred names are some tens of KB. */
const MAX_OCTETS = 512 * 1024;

/** Connections stay open until it is disposed. */
export function httpsTransport({
  ca,
  userAgent,
  timeout = TIMEOUT,
  network,
}: TransportOptions): Transport {
  const terms = { keepAlive: true, maxSockets: 2, ...(ca !== undefined && { ca }) };
  const agent = network === undefined ? new Agent(terms) : new DiallingAgent(network, terms);
  return {
    request: ({ method, url, body }, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
      const asked = httpsRequest(url, {
        method,
        agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
        headers: {
          'user-agent': userAgent,
          'accept-language': 'en',
          ...(body !== undefined && {
            'content-type': 'application/jose+json',
            'content-length': Buffer.byteLength(body),
          }),
        },
      });
      asked.on('error', (error) => reject(timeoutSaid(error, timeout)));
      asked.on('response', (answer) => {
        const parts: Buffer[] = [];
        let octets = 0;
        answer.on('data', (part: Buffer) => {
          octets += part.length;
          if (octets > MAX_OCTETS) asked.destroy(new Error('the answer has no end'));
          else parts.push(part);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status = 0, headers } = answer;
          resolve({ status, headers, body: Buffer.concat(parts).toString() });
        });
      });
      asked.end(body);
      return promise;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function timeoutSaid(error: Error & { cause?: unknown }, timeout: number): Error {
  const { cause } = error;
  return cause instanceof DOMException && cause.name === 'TimeoutError'
    ? new Error(`no answer within ${timeout / 1000} s`)
    : error;
}
