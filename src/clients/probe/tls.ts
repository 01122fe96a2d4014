/** The TLS of a listener: which version and suite it takes, and the chain that it shows. */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import {
  connect,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { failed, LineConnection } from './line-connection.ts';
import type { ProbeFailure, TlsAnswer, TlsQuestion } from './probe.ts';

const PATIENCE = 4000;
/** Certificates of a chain: real ones have two to four. */
const LONGEST_CHAIN = 10;

export async function probeTls(
  question: TlsQuestion,
  signal: AbortSignal,
  ca?: readonly string[],
): Promise<TlsAnswer> {
  const { address, port, start } = question;
  const connection = await LineConnection.open({ address, port, start: 'clear' }, signal);
  if (!(connection instanceof LineConnection)) return connection;
  const stop = start === 'implicit' ? undefined : await startTls(connection, start);
  if (stop === undefined) return handshake(connection.release(), question, signal, ca);
  connection.close();
  return stop;
}

async function startTls(
  connection: LineConnection,
  protocol: 'smtp' | 'imap',
): Promise<TlsAnswer | undefined> {
  return protocol === 'smtp' ? startTlsOfSmtp(connection) : startTlsOfImap(connection);
}

async function startTlsOfSmtp(connection: LineConnection): Promise<TlsAnswer | undefined> {
  const greeting = await connection.reply();
  if ('kind' in greeting) return greeting;
  const offer = await ask(connection, 'EHLO doctor.invalid');
  if ('kind' in offer) return offer;
  if (!offer.some((line) => /^250[- ]STARTTLS\b/i.test(line))) return { kind: 'no-starttls' };
  const answer = await ask(connection, 'STARTTLS');
  if ('kind' in answer) return answer;
  return answer[0]!.startsWith('220') ? undefined : { kind: 'no-starttls' };
}

async function ask(
  connection: LineConnection,
  line: string,
): Promise<readonly string[] | ProbeFailure> {
  connection.write(line);
  return connection.reply();
}

async function startTlsOfImap(connection: LineConnection): Promise<TlsAnswer | undefined> {
  const greeting = await connection.line();
  if (typeof greeting !== 'string') return greeting;
  connection.write('d1 STARTTLS');
  const answer = await connection.tagged('d1');
  if ('kind' in answer) return answer;
  return answer.at(-1)!.startsWith('d1 OK') ? undefined : { kind: 'no-starttls' };
}

function handshake(
  socket: Socket,
  { serverName, version, ciphers, address, alpn }: TlsQuestion,
  signal: AbortSignal,
  ca: readonly string[] | undefined,
): Promise<TlsAnswer> {
  // what is old is refused by our own library unless told, and to find it out is the question
  const old = version === 'TLSv1' || version === 'TLSv1.1';
  const suites = ciphers ?? (old ? 'DEFAULT:@SECLEVEL=0' : undefined);
  const options: ConnectionOptions = {
    socket,
    host: serverName,
    rejectUnauthorized: false,
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...(version && { minVersion: version, maxVersion: version }),
    ...(suites !== undefined && { ciphers: suites }),
    ...(ca && { ca: [...ca] }),
    ...(alpn && { ALPNProtocols: [...alpn] }),
    checkServerIdentity: () => undefined,
  };
  return new Promise((resolve) => {
    let secured: TLSSocket | undefined;
    const settle = (answer: TlsAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      secured?.on('error', () => {}).destroy();
      socket.on('error', () => {}).destroy();
      resolve(answer);
    };
    const refuse = (cause: string): void => settle({ kind: 'no-handshake', cause });
    const onAbort = (): void => settle({ kind: 'failed', cause: 'given up' });
    const timer = setTimeout(() => refuse(`no handshake with ${address} in time`), PATIENCE);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      secured = connect(options);
    } catch (error) {
      return refuse((error as Error).message);
    }
    const begun = secured;
    begun.once('secureConnect', () => settle(answerOf(begun)));
    begun.once('error', (error) => refuse(failed(error).cause));
    begun.once('close', () => refuse('closed'));
    return undefined;
  });
}

function answerOf(socket: TLSSocket): TlsAnswer {
  // at run time a code or an Error, whatever the declared type
  const problem: unknown = socket.authorizationError;
  const reason = problem instanceof Error ? problem.message : String(problem);
  return {
    kind: 'secured',
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    chain: chainOf(socket),
    untrusted: socket.authorized ? undefined : reason,
  };
}

/** As the server sent it: what the library adds from its own store begins after the last that is not in it. */
function chainOf(socket: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (at?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(new X509Certificate(at.raw).raw);
    if (at.issuerCertificate === at) break;
    at = at.issuerCertificate;
  }
  return chain;
}
