/**
 * Root and intermediate, made at the first start and kept in a folder: made anew each time, nobody who trusts the root would trust
 * what it issues next. By real time, as everybody judges certificates.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { privateKeyPem } from '#mail/certificates/x509';
import { makeIntermediate, makeRoot, type Issuer } from './certificates.ts';

export interface Authority {
  /** PEM: what has to be trusted. */
  readonly rootPem: string;
  readonly intermediate: Issuer;
}

const DAY = 24 * 60 * 60 * 1000;
const ROOT_DAYS = 20 * 365;
const INTERMEDIATE_DAYS = 10 * 365;
/** Made anew so long before its end: no certificate of a host outlives those above it. */
const SPARE = 400 * DAY;

/**
 * @param folder made if absent, for nobody else to read
 * @param now real time
 * @throws where a file is there and cannot be used
 */
export async function keepAuthority(folder: string, now: number): Promise<Authority> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await read(folder, 'root', now);
  const root = kept ?? (await keep(folder, 'root', await makeRoot(span(now, ROOT_DAYS))));
  // one that an earlier root signed is no use
  const below = kept && (await read(folder, 'intermediate', now));
  const isBelow = below !== undefined && isSigned(below, root);
  const intermediate = isBelow
    ? below
    : await keep(
        folder,
        'intermediate',
        await makeIntermediate(root, span(now, INTERMEDIATE_DAYS)),
      );
  return { rootPem: root.certificate, intermediate };
}

/** Undefined where there is none, or it nears its end. */
async function read(folder: string, name: string, now: number): Promise<Issuer | undefined> {
  const files = filesOf(folder, name);
  try {
    const certificate = await readFile(files.certificate, 'utf8');
    const key = createPrivateKey(await readFile(files.key));
    const read = new X509Certificate(certificate);
    if (!read.checkPrivateKey(key)) throw new Error(`${files.key} is not its key`);
    if (read.validToDate.getTime() < now + SPARE) return undefined;
    return { certificate, privateKey: key.export({ type: 'pkcs8', format: 'der' }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(
      `${files.certificate} cannot be used: ${(error as Error).message}. Remove the folder ${folder} for a new authority.`,
      { cause: error },
    );
  }
}

async function keep(folder: string, name: string, issuer: Issuer): Promise<Issuer> {
  const files = filesOf(folder, name);
  // the key first: a certificate whose key is missing would be no use
  await replace(files.key, privateKeyPem(issuer.privateKey), 0o600);
  await replace(files.certificate, issuer.certificate, 0o644);
  return issuer;
}

function filesOf(folder: string, name: string) {
  return { certificate: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`) };
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

function isSigned(below: Issuer, root: Issuer): boolean {
  return new X509Certificate(below.certificate).verify(
    new X509Certificate(root.certificate).publicKey,
  );
}

/** From the day before: a clock that is a little behind must not refuse it. */
function span(now: number, days: number) {
  return { notBefore: now - DAY, notAfter: now + days * DAY };
}
