/**
 * One GET over HTTPS from a host that a stranger named: its certificate is verified, redirects are not followed, and size, time and addresses
 * are bounded. The name is looked up by our own resolver and the connection goes to what it said, so that no second answer can
 * lead elsewhere. RFC 8461 §3.3 asks for all of it. Called by `mail/tls-policy/`. Never rejects for what a host does.
 */
import { request, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { EMPTY, concat } from '#bytes';
import type { Dialer } from '#clients/smtp/dial';
import type { Resolver } from '#protocol/dns/resolver';

export interface GetOptions {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  /** Whether a connection may go to this address. */
  readonly mayReach: (address: string) => boolean;
  /** Roots to trust instead of the system's, PEM. */
  readonly ca?: readonly string[];
  /** Of the answer: `text/plain`. */
  readonly mediaType: string;
  readonly maxOctets: number;
  /** For everything together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type GetResult =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: GetFailure; readonly detail: string };

/**
 * - `look-up`, `no-address`: the name leads nowhere, now or at all
 * - `private-address`: it leads only to where it must not
 * - `connect`, `tls`, `certificate`: how far the connection came
 * - `status`: no 200, redirects among them; `media-type`, `too-large`, `protocol`: what came is not what was asked for
 */
export type GetFailure =
  | 'look-up'
  | 'no-address'
  | 'private-address'
  | 'connect'
  | 'tls'
  | 'certificate'
  | 'status'
  | 'media-type'
  | 'too-large'
  | 'protocol'
  | 'timed-out';

const PORT = 443;
/** Each may take a connection time-out of its own. */
const MAX_ADDRESSES = 4;
const CONNECT_MS = 10_000;
const MAX_HEADER_OCTETS = 16 * 1024;

type Failed = Extract<GetResult, { kind: 'failed' }>;

/** @param host a name in A-labels @param path with its slash */
export async function httpsGet(
  host: string,
  path: string,
  options: GetOptions,
): Promise<GetResult> {
  const timer = new AbortController();
  const late = setTimeout(() => timer.abort(), options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal;
  try {
    const found = await addressesOf(host, options, signal);
    if ('kind' in found) return signal.aborted ? timedOut(options) : found;
    let last: Failed = failed('no-address', host);
    for (const address of found.slice(0, MAX_ADDRESSES)) {
      const result = await getFrom(address, host, path, options, signal);
      if (signal.aborted) return timedOut(options);
      if (result.kind === 'body' || !MAY_DO_ELSEWHERE.has(result.reason)) return result;
      last = result;
    }
    return last;
  } finally {
    clearTimeout(late);
  }
}

const MAY_DO_ELSEWHERE = new Set<GetFailure>(['connect', 'tls']);

async function addressesOf(
  host: string,
  { resolver, mayReach }: GetOptions,
  signal: AbortSignal,
): Promise<readonly string[] | Failed> {
  const answers = await Promise.all([
    resolver.resolve(host, 'A', { signal }),
    resolver.resolve(host, 'AAAA', { signal }),
  ]);
  const addresses = answers.flatMap((one) => (one.kind === 'records' ? one.records : []));
  const reachable = addresses.filter((address) => mayReach(address));
  if (reachable.length > 0) return reachable;
  if (addresses.length > 0) return failed('private-address', addresses[0]!);
  const failure = answers.find((one) => one.kind === 'failure');
  return failure === undefined ? failed('no-address', host) : failed('look-up', failure.text);
}

async function getFrom(
  address: string,
  host: string,
  path: string,
  options: GetOptions,
  signal: AbortSignal,
): Promise<GetResult> {
  const timeoutMs = Math.min(CONNECT_MS, options.timeoutMs);
  const dialled = await options.dialer.dial({ address, port: PORT, timeoutMs, signal });
  if (dialled.kind === 'network') return failed('connect', dialled.detail);
  const socket = dialled.socket.on('error', () => {});
  const hangUp = (): void => void socket.destroy();
  signal.addEventListener('abort', hangUp);
  try {
    const secured = connect({
      socket,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      minVersion: 'TLSv1.2',
      // judged below, where the reason is told
      rejectUnauthorized: false,
      ...(options.ca && { ca: [...options.ca] }),
    });
    secured.on('error', () => {});
    const problem = await handshake(secured);
    if (problem !== undefined) return problem;
    return await ask(secured, host, path, options);
  } finally {
    signal.removeEventListener('abort', hangUp);
    socket.destroy();
  }
}

function handshake(secured: TLSSocket): Promise<Failed | undefined> {
  return new Promise((resolve) => {
    secured.once('secureConnect', () => {
      const { authorized, authorizationError } = secured;
      resolve(authorized ? undefined : failed('certificate', String(authorizationError)));
    });
    secured.once('error', (error: NodeJS.ErrnoException) =>
      resolve(failed('tls', error.code ?? error.message)),
    );
    secured.once('close', () => resolve(failed('tls', 'the host closed the connection')));
  });
}

function ask(
  secured: TLSSocket,
  host: string,
  path: string,
  { mediaType, maxOctets }: GetOptions,
): Promise<GetResult> {
  return new Promise((resolve) => {
    const asked = request({
      createConnection: () => secured,
      method: 'GET',
      path,
      headers: { host, accept: mediaType, 'user-agent': 'Hikyaku', connection: 'close' },
      maxHeaderSize: MAX_HEADER_OCTETS,
    });
    asked.once('error', (error: NodeJS.ErrnoException) =>
      resolve(failed('protocol', error.code ?? error.message)),
    );
    asked.once('response', (response) => {
      const objection = objectTo(response, mediaType);
      if (objection) resolve(objection);
      else void readBody(response, maxOctets).then(resolve);
    });
    asked.end();
  });
}

function objectTo(response: IncomingMessage, mediaType: string): Failed | undefined {
  const { statusCode, headers } = response;
  // RFC 8461 §3.3: redirects are not followed
  if (statusCode !== 200) return failed('status', String(statusCode));
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  return type === mediaType ? undefined : failed('media-type', type || 'none');
}

async function readBody(response: IncomingMessage, maxOctets: number): Promise<GetResult> {
  const parts: Uint8Array[] = [];
  let octets = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      octets += chunk.length;
      if (octets > maxOctets) return failed('too-large', `more than ${maxOctets} octets`);
      parts.push(chunk);
    }
  } catch (error) {
    return failed('protocol', (error as Error).message);
  }
  return { kind: 'body', bytes: parts.length === 0 ? EMPTY : concat(parts) };
}

function timedOut({ timeoutMs }: GetOptions): Failed {
  return failed('timed-out', `no answer within ${timeoutMs} ms`);
}

function failed(reason: GetFailure, detail: string): Failed {
  return { kind: 'failed', reason, detail };
}
