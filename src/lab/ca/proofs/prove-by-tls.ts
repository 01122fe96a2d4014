/** TLS-ALPN-01 (RFC 8737 §3): a certificate on port 443, for who offers `acme-tls/1`, with the digest of the key authorization. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { AcmeProblem } from '#lab/ca/problem';
import { connectTo, type Look } from './look.ts';

const RFC = 'RFC 8737 §3';
const PROTOCOL = 'acme-tls/1';
/** RFC 8737 §6.1. */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31';

/** @throws AcmeProblem unless the certificate is as it should be */
export async function proveByTls(
  look: Look,
  name: string,
  keyAuthorization: string,
): Promise<void> {
  const socket = await connectTo(look, RFC, name, 443);
  const hangUp = (): void => void socket.destroy();
  look.signal.addEventListener('abort', hangUp);
  try {
    const { protocol, certificate } = await handshake(socket, name);
    look.tell(RFC, { step: 'tls-answer', name, protocol: protocol ?? 'none' });
    if (protocol !== PROTOCOL) {
      throw wrong(`Cannot negotiate ALPN protocol "${PROTOCOL}" for tls-alpn-01 challenge`);
    }
    await assertCertificate(certificate, name, keyAuthorization);
  } finally {
    look.signal.removeEventListener('abort', hangUp);
    socket.destroy();
  }
}

function wrong(detail: string): AcmeProblem {
  return new AcmeProblem(403, 'unauthorized', detail);
}

interface Shown {
  readonly protocol: string | undefined;
  /** DER. */
  readonly certificate: Uint8Array | undefined;
}

function handshake(socket: Socket, name: string): Promise<Shown> {
  const { promise, resolve, reject } = Promise.withResolvers<Shown>();
  const secured: TLSSocket = connect({
    socket,
    servername: name,
    ALPNProtocols: [PROTOCOL],
    minVersion: 'TLSv1.2',
    // it is self-signed: what is in it counts
    rejectUnauthorized: false,
  });
  const failed = (text: string): void =>
    reject(new AcmeProblem(400, 'tls', `${name}, port 443: TLS failed (${text})`));
  secured.on('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message));
  secured.once('close', () => failed('the connection was closed'));
  secured.once('secureConnect', () => {
    const { alpnProtocol } = secured;
    resolve({
      protocol: alpnProtocol === false || alpnProtocol === null ? undefined : alpnProtocol,
      certificate: secured.getPeerX509Certificate()?.raw,
    });
  });
  return promise;
}

async function assertCertificate(
  der: Uint8Array | undefined,
  name: string,
  keyAuthorization: string,
): Promise<void> {
  if (der === undefined) throw wrong('no certificate was shown');
  const x509 = await import('@peculiar/x509');
  const certificate = new x509.X509Certificate(Buffer.from(der));
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const [first] = names;
  if (names.length !== 1 || first?.type !== 'dns' || first.value.toLowerCase() !== name) {
    throw wrong(`the certificate is not for ${name} alone`);
  }
  const identifier = certificate.getExtension(ACME_IDENTIFIER);
  if (identifier?.critical !== true) throw wrong('the certificate has no critical acmeIdentifier');
  const digest = createHash('sha256').update(keyAuthorization).digest();
  // an OCTET STRING of 32 octets
  const wanted = Buffer.concat([Buffer.of(0x04, digest.length), digest]);
  if (Buffer.compare(Buffer.from(identifier.value), wanted) !== 0) {
    throw wrong('the acmeIdentifier in the certificate is not the digest of the key authorization');
  }
}
