/**
 * The certificates that the authority makes (RFC 5280): a root, an intermediate below it, and those of hosts. All that is above a host's
 * is good for names below `.test` and for loopback addresses alone (§4.2.1.10), so that whoever trusts the root risks nothing.
 */
import { randomBytes, type webcrypto } from 'node:crypto';
import { TOP } from '#lab/ca/identifiers';
import { keyPair, newPrivateKey } from '#mail/certificates/x509';

export interface Issuer {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 DER. */
  readonly privateKey: Uint8Array;
}

/** Calendar milliseconds of real time. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface HostCertificate extends Validity {
  /** DNS names. */
  readonly names: readonly string[];
  readonly addresses?: readonly string[];
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** Hexadecimal. */
  readonly serial: string;
}

const ORGANIZATION = 'Hikyaku practice Internet';
/** RFC 5280 appendix A.1: ub-common-name. */
const MAX_COMMON_NAME = 64;
const SIGNED = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function makeRoot(validity: Validity): Promise<Issuer> {
  const x509 = await import('@peculiar/x509');
  const privateKey = await newPrivateKey('ecdsa');
  const keys = await keyPair(privateKey);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: subject('Root'),
    keys,
    signingAlgorithm: SIGNED,
    ...dates(validity),
    extensions: await authorityExtensions(keys.publicKey),
  });
  return { certificate: pem(certificate.toString('pem')), privateKey };
}

export async function makeIntermediate(root: Issuer, validity: Validity): Promise<Issuer> {
  const x509 = await import('@peculiar/x509');
  const privateKey = await newPrivateKey('ecdsa');
  const { publicKey } = await keyPair(privateKey);
  const above = new x509.X509Certificate(root.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: subject('Intermediate'),
    issuer: above.subjectName,
    publicKey,
    signingKey: (await keyPair(root.privateKey)).privateKey,
    signingAlgorithm: SIGNED,
    ...dates(validity),
    extensions: [
      ...(await authorityExtensions(publicKey, 0)),
      await x509.AuthorityKeyIdentifierExtension.create(above.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString('pem')), privateKey };
}

/** A certificate for TLS servers. PEM, without those above it. */
export async function makeHostCertificate(by: Issuer, host: HostCertificate): Promise<string> {
  const x509 = await import('@peculiar/x509');
  const { names, addresses = [], publicKey } = host;
  const above = new x509.X509Certificate(by.certificate);
  const key = new x509.PublicKey(publicKey);
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const usage = key.algorithm.name.startsWith('RSA')
    ? new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true)
    : new x509.KeyUsagesExtension(digitalSignature, true);
  // for who reads it: programs look at the extension (RFC 5280 §4.2.1.6), which is critical where the subject is empty
  const commonName = names.find((name) => name.length <= MAX_COMMON_NAME);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: host.serial,
    subject: commonName === undefined ? [] : [{ CN: [commonName] }],
    issuer: above.subjectName,
    publicKey: key,
    signingKey: (await keyPair(by.privateKey)).privateKey,
    signingAlgorithm: SIGNED,
    ...dates(host),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      usage,
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.SubjectKeyIdentifierExtension.create(key),
      await x509.AuthorityKeyIdentifierExtension.create(above.publicKey),
      new x509.SubjectAlternativeNameExtension(
        [
          ...names.map((value) => ({ type: 'dns', value }) as const),
          ...addresses.map((value) => ({ type: 'ip', value }) as const),
        ],
        commonName === undefined,
      ),
    ],
  });
  return pem(certificate.toString('pem'));
}

/** RFC 5280 §4.1.2.2: positive, and not to be guessed. Hexadecimal. */
export function newSerial(): string {
  const octets = randomBytes(16);
  // neither negative nor beginning with a zero, so that it has one form
  octets[0] = (octets[0]! & 0x3f) | 0x40;
  return octets.toString('hex');
}

async function authorityExtensions(publicKey: webcrypto.CryptoKey, pathLength?: number) {
  const x509 = await import('@peculiar/x509');
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints()),
  ];
}

const NAME_CONSTRAINTS = '2.5.29.30';

/** RFC 5280 §4.2.1.10: permitted are names below the top, and addresses of 127.0.0.0/8. All lengths are below 128. */
function nameConstraints(): Buffer {
  const tagged = (tag: number, content: Uint8Array): Buffer =>
    Buffer.concat([Buffer.of(tag, content.length), content]);
  const dnsName = tagged(0x82, Buffer.from(TOP));
  const ipAddress = tagged(0x87, Buffer.of(127, 0, 0, 0, 255, 0, 0, 0));
  const subtrees = [dnsName, ipAddress].map((base) => tagged(0x30, base));
  return tagged(0x30, tagged(0xa0, Buffer.concat(subtrees)));
}

function subject(what: string) {
  return [{ O: [ORGANIZATION] }, { CN: [`Practice ${what}`] }];
}

function dates({ notBefore, notAfter }: Validity) {
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
}

function pem(text: string): string {
  return `${text.trimEnd()}\n`;
}
