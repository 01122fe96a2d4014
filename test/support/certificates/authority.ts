/**
 * A certificate authority of the test's own: roots, intermediates and host certificates, expired ones too. Nothing is kept: each call makes
 * a key.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { TlsaData } from '#protocol/dns/resolver';
import type { TestCertificate } from './self-signed.ts';

export interface Authority extends TestCertificate {
  readonly name: string;
}

export interface IssueOptions {
  readonly names: readonly string[];
  /** A CA, and how many CAs may follow below it. */
  readonly authority?: true | { readonly pathLength: number };
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Not for servers. */
  readonly forClients?: boolean;
}

const DAY = 86_400_000;

export async function rootAuthority(name: string): Promise<Authority> {
  return { name, ...(await make({ names: [name], authority: true })) };
}

/** A certificate that the authority signed; `cert` holds it alone. */
export function issue(by: Authority, options: IssueOptions): Promise<TestCertificate> {
  return make(options, by);
}

/** The certificate of a host that expired yesterday. */
export function issueExpired(by: Authority, name: string): Promise<TestCertificate> {
  const now = Date.now();
  return make(
    { names: [name], notBefore: new Date(now - 10 * DAY), notAfter: new Date(now - DAY) },
    by,
  );
}

/** The same certificate with a key of a kind that nobody knows. */
export function withUnknownKey(pem: string): string {
  const der = Buffer.from(new X509Certificate(pem).raw);
  const ecPublicKey = Buffer.from('06072a8648ce3d0201', 'hex');
  der[der.indexOf(ecPublicKey) + ecPublicKey.length - 1] = 0x7f;
  const lines = der.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

async function make(
  { names, authority, notBefore, notAfter, forClients = false }: IssueOptions,
  by?: Authority,
): Promise<TestCertificate> {
  const pathLength = typeof authority === 'object' ? authority.pathLength : undefined;
  const result = await generate([{ name: 'commonName', value: names[0]! }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore ?? new Date(Date.now() - DAY),
    notAfterDate: notAfter ?? new Date(Date.now() + 30 * DAY),
    ...(by && { ca: { cert: by.cert, key: by.key } }),
    extensions: authority
      ? [
          {
            name: 'basicConstraints',
            cA: true,
            critical: true,
            ...(pathLength !== undefined && { pathLenConstraint: pathLength }),
          },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        ]
      : [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'extKeyUsage', serverAuth: !forClients, clientAuth: forClients },
          { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
        ],
  });
  return { cert: `${result.cert.trimEnd()}\n`, key: result.private };
}

/** The TLSA record of a certificate. */
export function tlsaOf(
  pem: string,
  usage: number,
  selector: number,
  matchingType: number,
): TlsaData {
  const certificate = new X509Certificate(pem);
  const octets =
    selector === 0
      ? certificate.raw
      : certificate.publicKey.export({ type: 'spki', format: 'der' });
  const digests: Readonly<Record<number, string>> = { 1: 'sha256', 2: 'sha512' };
  const algorithm = digests[matchingType];
  return {
    usage,
    selector,
    matchingType,
    certificate: algorithm === undefined ? octets : createHash(algorithm).update(octets).digest(),
  };
}
