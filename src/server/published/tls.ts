/** The identities under which a server speaks TLS: certificates of the database by name, over the one in files. */
import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import type { Config } from '#config';
import type { Log } from '#log';
import type { BaseCertificate } from '#mail/certificates/states';
import { readChain } from '#mail/certificates/x509';
import { NamedIdentities } from '#servers/net/named-identities';
import { ensureSelfSigned } from '#servers/net/self-signed';
import { TlsIdentities, type TlsTerms } from '#servers/net/tls-context';
import { failed, type StartFailure } from '#server/failure';

export interface OpenTls extends Disposable {
  readonly kind: 'open';
  readonly tls: NamedIdentities;
  /** For certificates that are not in files. */
  readonly terms: TlsTerms;
  /** The certificate in files, as it is now. */
  readonly base: () => BaseCertificate;
  /** Reads the files again. */
  readonly reload: () => Promise<boolean>;
}

/** The configured certificate, or one that we made for ourselves; those of the database come later. */
export async function openTls(
  config: Config,
  dataDir: string,
  log: Log,
): Promise<OpenTls | StartFailure> {
  const { 'tls.certificate': certificate, 'tls.key': key, hostname } = config;
  const isConfigured = certificate !== '';
  try {
    const files = isConfigured
      ? { certificate, key }
      : await ensureSelfSigned(path.join(dataDir, 'tls'), hostname, Date.now());
    const terms = { tickets: config['tls.session_tickets'] };
    const opened = await TlsIdentities.open(files, log, terms);
    if (opened.kind !== 'open') return failed(opened.reason, opened.remedy);
    const { tls: base } = opened;
    return {
      kind: 'open',
      terms,
      tls: new NamedIdentities({ base, prefersBase: isConfigured, hostname }),
      base: () => ({
        origin: isConfigured ? 'files' : 'self-signed',
        ...readChain(new X509Certificate(base.current.certificate).toString()),
      }),
      reload: () => base.reload(),
      [Symbol.dispose]: () => base[Symbol.dispose](),
    };
  } catch (error) {
    return failed(
      `no certificate could be made: ${(error as Error).message}`,
      'Let this user write to the data folder.',
    );
  }
}
