/** ACME by HTTPS: requests are read, bounded, believed, answered; what is wrong is told by a problem document (RFC 8555 §6). */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { decodeUtf8Lossy } from '#bytes';
import type { Asked, Reply } from '#lab/ca/answers/exchange';
import type { Core } from '#lab/ca/core';
import { CA_LIMITS } from '#lab/ca/limits';
import { AcmeProblem, malformed, problemDocument } from '#lab/ca/problem';
import type { PemPair } from '#mail/certificates/x509';
import { believed } from './believe.ts';
import { openPage, signedRoute } from './routes.ts';

export interface ListenOptions {
  readonly address: string;
  readonly port: number;
  readonly identity: PemPair;
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

export async function listen(
  core: Core,
  { address, port, identity }: ListenOptions,
): Promise<Listening> {
  const server = createServer({
    ...identity,
    minVersion: 'TLSv1.2',
    maxHeaderSize: 16 * 1024,
    headersTimeout: CA_LIMITS.requestTime,
    requestTimeout: CA_LIMITS.requestTime,
    handshakeTimeout: CA_LIMITS.requestTime,
  });
  server.maxConnections = CA_LIMITS.connections;
  server.on('tlsClientError', () => {});
  // by the time a request is read its client may be gone, and nobody can ask the socket any more who it was
  const peer = new AsyncLocalStorage<string>();
  server.prependListener('connection', (socket) =>
    peer.enterWith((socket as Socket).remoteAddress ?? ''),
  );
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(core, request, response, peer.getStore() ?? '');
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  from: string,
): Promise<void> {
  const { log } = core;
  request.on('error', () => {});
  response.on('error', () => {});
  const heard: Coming = { from, asked: undefined };
  const tell = (status: number, body: Reply['body']): void =>
    note(core, request, heard, status, body);
  try {
    const reply = await replyTo(core, request, heard);
    send(core, request, response, reply);
    tell(reply.status, reply.body);
  } catch (error) {
    // half an answer cannot be taken back
    if (response.headersSent) return void response.destroy();
    const problem = error instanceof AcmeProblem ? error : undefined;
    if (problem === undefined) log.error('lab.ca.broken', { error: (error as Error).message });
    else log.debug('lab.ca.problem', { path: request.url, ...problemDocument(problem) });
    const told = problem ?? new AcmeProblem(500, 'serverInternal', 'the authority is out of order');
    sendProblem(core, request, response, told);
    tell(told.status, problemDocument(told));
  }
}

interface Coming {
  /** Address of the client. */
  readonly from: string;
  /** As it was believed, where it was. */
  asked: Asked | undefined;
}

function note(
  { heard, now, calendar = now }: Core,
  { method = '', url: path = '/' }: IncomingMessage,
  { from, asked }: Coming,
  status: number,
  body: Reply['body'],
): void {
  heard.add({
    at: calendar(),
    real: now(),
    from,
    method,
    path,
    said: asked && decodeUtf8Lossy(asked.jws.payload),
    account: asked?.account?.id,
    status,
    answer: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function replyTo(core: Core, request: IncomingMessage, heard: Coming): Promise<Reply> {
  const { method, url: path = '/' } = request;
  const base = `https://${request.headers.host ?? ''}`;
  if (!core.bases.includes(base)) {
    throw malformed(`nothing is here under that name; ask ${core.bases.join(' or ')}`, 421);
  }
  if (path === '/nonce' && (method === 'HEAD' || method === 'GET')) {
    // RFC 8555 §7.2
    return { status: method === 'HEAD' ? 200 : 204, headers: nonceHeader(core) };
  }
  const found = signedRoute(path);
  if (method === 'GET' || method === 'HEAD') {
    const page = openPage(core, base, path);
    if (page) return page;
  } else if (method === 'POST' && found) {
    const { route, id } = found;
    const body = await bodyOf(request);
    const { from } = heard;
    const asked = believed({ core, base, url: `${base}${path}`, id, body, from }, route.by);
    heard.asked = asked;
    const reply = await route.answer(asked);
    return { ...reply, headers: { ...reply.headers, ...nonceHeader(core) } };
  }
  // §6.3: GET of what is to be asked for by POST-as-GET
  throw found ? malformed(`${method} is not allowed here`, 405) : malformed('nothing is here', 404);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  // §6.2
  if (type !== 'application/jose+json') {
    throw malformed('requests are of type application/jose+json', 415);
  }
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > CA_LIMITS.body) throw malformed('the request is too large', 413);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function nonceHeader({ nonces }: Core): Record<string, string> {
  return { 'replay-nonce': nonces.give() };
}

function send(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'cache-control': 'no-store',
    // §7.1
    link: `<${core.bases[0]}/dir>;rel="index"`,
    ...(body !== undefined && !isText && { 'content-type': 'application/json' }),
    ...headers,
  });
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  response.end(request.method === 'HEAD' ? '' : text);
}

function sendProblem(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  problem: AcmeProblem,
): void {
  const { retryAfter, location } = problem.more;
  // what is left of a request that is not read would be taken for the next one
  const isUnread = !request.complete;
  send(core, request, response, {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      // §6.5: with every problem of a POST, so that it can be sent again
      ...(request.method === 'POST' && nonceHeader(core)),
      ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
      ...(location !== undefined && { location }),
      ...(problem.status === 405 && { allow: 'POST' }),
      ...(isUnread && { connection: 'close' }),
    },
    body: problemDocument(problem),
  });
}
