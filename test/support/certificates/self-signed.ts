/** Self-signed certificates for TLS in tests: made once for each name, trusted only where a test says so. */
import { generate } from 'selfsigned';

export interface TestCertificate {
  /** PEM; also the root that trusts it. */
  readonly cert: string;
  readonly key: string;
}

const made = new Map<string, Promise<TestCertificate>>();

/** A certificate for a host name, by elliptic curve, valid for a year around today. */
export function certificateFor(name: string): Promise<TestCertificate> {
  let certificate = made.get(name);
  if (certificate === undefined) {
    certificate = make(name);
    made.set(name, certificate);
  }
  return certificate;
}

async function make(name: string): Promise<TestCertificate> {
  const result = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  return { cert: result.cert, key: result.private };
}
