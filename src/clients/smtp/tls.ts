/**
 * The TLS handshake over a connected socket: TLS 1.2 or newer (RFC 8996, RFC 8314 §4). The certificate is always
 * judged and the judgement returned as a fact; whether an unproven peer will do is the policy's decision, made in
 * `open-session.ts` before anything is said.
 */
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import { judgeByDane, type DaneExpectation } from './dane.ts';

export interface HandshakeOptions {
  /** The name that the certificate must be for, and that SNI carries. */
  readonly serverName: string;
  /** Roots to trust instead of the system's, PEM. */
  readonly ca?: readonly string[];
  /** What the certificate is judged by instead of the roots. */
  readonly dane?: DaneExpectation;
  readonly timeoutMs: number;
}

export type HandshakeResult =
  | { readonly kind: 'secured'; readonly socket: TLSSocket; readonly facts: TlsFacts }
  | { readonly kind: 'failed'; readonly detail: string };

/** Speaks TLS as client. The socket belongs to the result: where that is a failure it has been destroyed. */
export function handshake(socket: Socket, options: HandshakeOptions): Promise<HandshakeResult> {
  const { serverName, dane, timeoutMs } = options;
  return new Promise((resolve) => {
    const secured = connect({
      socket,
      secureContext: contextFor(options.ca),
      // Judged below, so that the reason can be told and the policy decides.
      rejectUnauthorized: false,
      host: serverName,
      // RFC 6066 §3: literal addresses are not permitted in SNI.
      ...(isIP(serverName) === 0 && { servername: serverName }),
    });
    const settle = (result: HandshakeResult): void => {
      clearTimeout(timer);
      secured.off('error', onError).off('close', onClose).off('secureConnect', onSecure);
      if (result.kind === 'failed') {
        secured.on('error', () => {}).destroy();
        socket.on('error', () => {}).destroy();
      }
      resolve(result);
    };
    const fail = (detail: string): void => settle({ kind: 'failed', detail });
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message);
    const onClose = (): void => fail('the peer closed the connection');
    const onSecure = (): void =>
      settle({ kind: 'secured', socket: secured, facts: factsOf(secured, serverName, dane) });
    const timer = setTimeout(() => fail(`no handshake within ${timeoutMs} ms`), timeoutMs);
    secured.on('error', onError).on('close', onClose).on('secureConnect', onSecure);
  });
}

function factsOf(socket: TLSSocket, name: string, dane: DaneExpectation | undefined): TlsFacts {
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    peer: dane === undefined ? judgeByRoots(socket, name) : judgeByDane(socket, name, dane),
  };
}

function judgeByRoots(socket: TLSSocket, name: string): TlsFacts['peer'] {
  if (socket.authorized) return { kind: 'verified', name };
  // At run time a string code or an Error, whatever the declared type.
  const problem: unknown = socket.authorizationError;
  const reason = problem instanceof Error ? problem.message : String(problem);
  return { kind: 'unverified', name, reason };
}

const contexts = new WeakMap<readonly string[], SecureContext>();
const SYSTEM_ROOTS: readonly string[] = [];

/** A context costs milliseconds to build, so one is kept for each set of roots. */
function contextFor(ca: readonly string[] = SYSTEM_ROOTS): SecureContext {
  let context = contexts.get(ca);
  if (context === undefined) {
    context = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca !== SYSTEM_ROOTS && { ca: [...ca] }),
    });
    contexts.set(ca, context);
  }
  return context;
}
