/**
 * The certificate that a first start makes for itself, so that TLS and AUTH work before anybody configured anything:
 * self-signed, by elliptic curve, for ten years. Made anew when it expired or the host got another name.
 * Called by the composition root where no certificate is configured.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TlsFiles } from './tls-context.ts';

const VALID_YEARS = 10;
/** Before its end it is made anew. Milliseconds. */
const RENEW_BEFORE = 30 * 24 * 60 * 60 * 1000;

/**
 * The files of a self-signed certificate for this host name, made where there are none that fit.
 * @param folder made if absent
 * @param now real time in milliseconds
 * @throws when the folder cannot be written
 */
export async function ensureSelfSigned(
  folder: string,
  hostname: string,
  now: number,
): Promise<TlsFiles> {
  const files = {
    certificate: path.join(folder, 'self-signed.crt'),
    key: path.join(folder, 'self-signed.key'),
  };
  if (await fits(files, hostname, now)) return files;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { cert, key } = await make(hostname, now);
  // the key first: a certificate whose key is missing would be no use
  await replace(files.key, key, 0o600);
  await replace(files.certificate, cert, 0o644);
  return files;
}

async function fits(files: TlsFiles, hostname: string, now: number): Promise<boolean> {
  try {
    const certificate = new X509Certificate(await readFile(files.certificate));
    await readFile(files.key);
    return (
      certificate.checkHost(hostname, { subject: 'never' }) !== undefined &&
      certificate.validToDate.getTime() > now + RENEW_BEFORE
    );
  } catch {
    return false;
  }
}

async function make(hostname: string, now: number): Promise<{ cert: string; key: string }> {
  const { generate } = await import('selfsigned');
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + VALID_YEARS);
  const made = await generate([{ name: 'commonName', value: hostname.slice(0, 64) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // a clock that is a little behind must not refuse it
    notBeforeDate: new Date(now - 24 * 60 * 60 * 1000),
    notAfterDate: notAfter,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: hostname },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const next = `${file}.new`;
  await writeFile(next, text, { mode });
  await rename(next, file);
}
