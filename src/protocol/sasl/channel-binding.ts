/**
 * Channel bindings (RFC 5056): octets that only the two ends of one TLS connection can both know, by which
 * SCRAM-SHA-256-PLUS notices somebody in between. tls-exporter (RFC 9266) with TLS 1.3; with TLS 1.2
 * tls-unique (RFC 5929 §3), and with both tls-server-end-point (§4), which binds to the certificate only.
 * Called by a server or client after the handshake, for the connection that carries AUTH.
 */
import { createHash, X509Certificate } from 'node:crypto';

export type ChannelBindingName = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

/** The bindings at hand, by IANA name. */
export type ChannelBindings = Readonly<Partial<Record<ChannelBindingName, Uint8Array>>>;

/** No TLS, or nothing to bind to. */
export const NO_CHANNEL_BINDINGS: ChannelBindings = {};

/** Strongest first: what our client uses of what there is. */
const BINDING_PREFERENCE = ['tls-exporter', 'tls-unique', 'tls-server-end-point'] as const;

/** What is asked of a TLS connection; a `TLSSocket` of `node:tls` after its handshake fits. */
export interface BindableConnection {
  getProtocol(): string | null;
  exportKeyingMaterial(length: number, label: string, context: Buffer): Uint8Array;
  getFinished(): Uint8Array | undefined;
  getPeerFinished(): Uint8Array | undefined;
  isSessionReused(): boolean;
}

/**
 * All bindings of a connection.
 *
 * @param side which end of it we are
 * @param serverCertificate the server's certificate in DER, whichever side asks
 */
export function channelBindings(
  connection: BindableConnection,
  side: 'server' | 'client',
  serverCertificate: Uint8Array | undefined,
): ChannelBindings {
  const endPoint = serverCertificate && serverEndPoint(serverCertificate);
  const protocol = connection.getProtocol();
  const unique = protocol === 'TLSv1.2' ? firstFinished(connection, side) : undefined;
  return {
    ...(protocol === 'TLSv1.3' && { 'tls-exporter': exporter(connection) }),
    ...(unique && { 'tls-unique': unique }),
    ...(endPoint && { 'tls-server-end-point': endPoint }),
  };
}

/** The strongest binding, for a client. */
export function preferredBinding(bindings: ChannelBindings): ChannelBindingName | undefined {
  return BINDING_PREFERENCE.find((name) => bindings[name] !== undefined);
}

/** RFC 9266 §2. Before TLS 1.3 it would need the extended master secret, which cannot be asked for here. */
function exporter(connection: BindableConnection): Uint8Array {
  return connection.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
}

/** RFC 5929 §3.1: the first Finished message: the client's, or the server's where a session was resumed. */
function firstFinished(
  connection: BindableConnection,
  side: 'server' | 'client',
): Uint8Array | undefined {
  const first = connection.isSessionReused() ? 'server' : 'client';
  return first === side ? connection.getFinished() : connection.getPeerFinished();
}

/** RFC 5929 §4.1: the certificate under its signature's hash, SHA-256 for MD5 and SHA-1; none for Ed25519. */
function serverEndPoint(certificate: Uint8Array): Uint8Array | undefined {
  const algorithm = new X509Certificate(certificate).signatureAlgorithm ?? '';
  const named = /(md5|sha1|sha-?(?:224|256|384|512))/i.exec(algorithm)?.[1]?.toLowerCase();
  if (named === undefined) return undefined;
  const hash = named === 'md5' || named === 'sha1' ? 'sha256' : named.replace('-', '');
  return createHash(hash).update(certificate).digest();
}
