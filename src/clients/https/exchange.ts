/**
 * One request over HTTPS to a host that a stranger named: its certificate is verified, redirects are not followed, and size, time and addresses
 * are bounded. The name is looked up by our own resolver and the connection goes to what it said, so that no second answer can
 * lead elsewhere. Called by get.ts and post.ts. Never rejects for what a host does.
 */
import { request, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { EMPTY, concat } from '#bytes';
import type { Dialer } from '#clients/smtp/dial';
import type { Resolver } from '#protocol/dns/resolver';
import { tellFailed } from './failed.ts';

export interface ExchangeOptions {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  /** Whether a connection may go to this address. */
  readonly mayReach: (address: string) => boolean;
  /** Roots to trust instead of the system's, PEM. */
  readonly ca?: readonly string[];
  readonly maxOctets: number;
  /** For everything together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type ExchangeResult =
  | { readonly kind: 'body'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: ExchangeFailure; readonly detail: string };

/**
 * - `look-up`, `no-address`: the name leads nowhere, now or at all
 * - `private-address`: it leads only to where it must not
 * - `connect`, `tls`, `certificate`: how far the connection came
 * - `status`: no 200, redirects among them; `media-type`, `too-large`, `protocol`: what came is not what was asked for
 */
export type ExchangeFailure =
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

type Failed = Extract<ExchangeResult, { kind: 'failed' }>;

/** What is asked, and which answers will do. */
export interface Asked {
  readonly method: 'GET' | 'POST';
  /** With its slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Why an answer will not do, by its status and its media type. */
  readonly objection: (
    status: number,
    mediaType: string,
  ) => { readonly reason: ExchangeFailure; readonly detail: string } | undefined;
}

/** @param host a name in A-labels */
export async function exchange(
  host: string,
  asked: Asked,
  options: ExchangeOptions,
): Promise<ExchangeResult> {
  const sides: Sides = { from: options.dialer.localAddress, to: undefined };
  const result = await exchangeByAddresses(host, asked, options, sides);
  if (result.kind === 'failed') {
    const { method, path } = asked;
    const { reason, detail } = result;
    tellFailed({ host, method, path, reason, detail, ...sides });
  }
  return result;
}

/** Addresses of the connection that was made last; before there is one, that from which it is dialled. */
interface Sides {
  from: string | undefined;
  to: string | undefined;
}

async function exchangeByAddresses(
  host: string,
  asked: Asked,
  options: ExchangeOptions,
  sides: Sides,
): Promise<ExchangeResult> {
  const timer = new AbortController();
  const late = setTimeout(() => timer.abort(), options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal;
  try {
    const found = await addressesOf(host, options, signal);
    if ('kind' in found) return signal.aborted ? timedOut(options) : found;
    let last: Failed = failed('no-address', host);
    for (const address of found.slice(0, MAX_ADDRESSES)) {
      sides.to = address;
      const result = await exchangeWith(address, host, asked, options, signal, sides);
      if (signal.aborted) return timedOut(options);
      if (result.kind === 'body' || !MAY_DO_ELSEWHERE.has(result.reason)) return result;
      last = result;
    }
    return last;
  } finally {
    clearTimeout(late);
  }
}

const MAY_DO_ELSEWHERE = new Set<ExchangeFailure>(['connect', 'tls']);

async function addressesOf(
  host: string,
  { resolver, mayReach }: ExchangeOptions,
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

async function exchangeWith(
  address: string,
  host: string,
  asked: Asked,
  options: ExchangeOptions,
  signal: AbortSignal,
  sides: Sides,
): Promise<ExchangeResult> {
  const timeoutMs = Math.min(CONNECT_MS, options.timeoutMs);
  const dialled = await options.dialer.dial({ address, port: PORT, timeoutMs, signal });
  if (dialled.kind === 'network') return failed('connect', dialled.detail);
  const socket = dialled.socket.on('error', () => {});
  sides.from = socket.localAddress ?? sides.from;
  const hangUp = (): void => void socket.destroy();
  if (signal.aborted) {
    hangUp();
    return timedOut(options);
  }
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
    return await ask(secured, host, asked, options.maxOctets);
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
  { method, path, headers, body, objection }: Asked,
  maxOctets: number,
): Promise<ExchangeResult> {
  return new Promise((resolve) => {
    const asked = request({
      createConnection: () => secured,
      method,
      path,
      headers: { host, 'user-agent': 'Hikyaku', connection: 'close', ...headers },
      maxHeaderSize: MAX_HEADER_OCTETS,
    });
    asked.once('error', (error: NodeJS.ErrnoException) =>
      resolve(failed('protocol', error.code ?? error.message)),
    );
    asked.once('response', (response) => {
      const type = (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
      const wrong = objection(response.statusCode ?? 0, type);
      if (wrong) resolve(failed(wrong.reason, wrong.detail));
      else void readBody(response, maxOctets).then(resolve);
    });
    asked.end(body);
  });
}

async function readBody(response: IncomingMessage, maxOctets: number): Promise<ExchangeResult> {
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

function timedOut({ timeoutMs }: ExchangeOptions): Failed {
  return failed('timed-out', `no answer within ${timeoutMs} ms`);
}

function failed(reason: ExchangeFailure, detail: string): Failed {
  return { kind: 'failed', reason, detail };
}
