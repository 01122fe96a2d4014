/** HTTP-01 (RFC 8555 §8.3): a file at the name, on port 80, that only who controls the name could put there. Redirects are followed. */
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { CA_LIMITS } from '#lab/ca/limits';
import { AcmeProblem } from '#lab/ca/problem';
import { connectTo, quoted, type Look } from './look.ts';

const RFC = 'RFC 8555 §8.3';

/** @throws AcmeProblem unless the answer is there */
export async function proveByHttp(
  look: Look,
  name: string,
  token: string,
  keyAuthorization: string,
): Promise<void> {
  let url = new URL(`http://${name}/.well-known/acme-challenge/${token}`);
  for (let redirects = 0; ; redirects++) {
    const { status, location, body } = await get(look, url);
    look.tell(RFC, { step: 'http-answer', url: url.href, status });
    if (location !== undefined) {
      if (redirects === CA_LIMITS.redirects) throw wrong(`${url.href}: too many redirects`);
      const next = redirected(url, location);
      look.tell(RFC, { step: 'redirected', url: url.href, to: next.href });
      url = next;
      continue;
    }
    if (status !== 200) throw wrong(`Invalid response from ${url.href}: status ${status}`);
    // §8.3: white space at the end is overlooked
    if (body.trimEnd() === keyAuthorization) return;
    throw wrong(
      `The key authorization file from the server did not match this challenge. Expected ${quoted(keyAuthorization)} (got ${quoted(body)})`,
    );
  }
}

function wrong(detail: string): AcmeProblem {
  return new AcmeProblem(403, 'unauthorized', detail.slice(0, 1000));
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const HOST = /^[a-z0-9.-]*[a-z][a-z0-9.-]*$/;

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  // an empty port is that of the scheme; addresses in the place of names would go round the DNS
  const isFine =
    to !== undefined && to.protocol in PORTS && to.port === '' && HOST.test(to.hostname);
  if (isFine) return to;
  throw wrong(`${from.href}: redirected to ${quoted(location)}, which is not followed`);
}

interface Got {
  readonly status: number;
  /** Of a redirect. */
  readonly location: string | undefined;
  readonly body: string;
}

async function get(look: Look, url: URL): Promise<Got> {
  const socket = await connectTo(look, RFC, url.hostname, PORTS[url.protocol]!);
  const hangUp = (): void => void socket.destroy();
  look.signal.addEventListener('abort', hangUp);
  try {
    return await ask(url, socket);
  } catch (error) {
    if (error instanceof AcmeProblem) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AcmeProblem(400, 'connection', `${url.href}: ${code ?? message}`);
  } finally {
    look.signal.removeEventListener('abort', hangUp);
    socket.destroy();
  }
}

async function ask(url: URL, socket: Socket): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request({
    createConnection: () =>
      url.protocol === 'https:'
        ? // whoever sent us here was believed without a certificate
          connect({ socket, servername: url.hostname, rejectUnauthorized: false })
        : socket,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.hostname, 'user-agent': 'Hikyaku-practice-CA', connection: 'close' },
    maxHeaderSize: 16 * 1024,
  });
  asked.once('error', reject).once('response', resolve).end();
  const response = await promise;
  const { statusCode: status = 0, headers } = response;
  if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined) {
    return { status, location: headers.location, body: '' };
  }
  return { status, location: undefined, body: await beginning(response) };
}

/** So much of the body as an answer may have. */
async function beginning(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    octets += part.length;
    if (octets > CA_LIMITS.answer) break;
  }
  return Buffer.concat(parts).toString('latin1').slice(0, CA_LIMITS.answer);
}
