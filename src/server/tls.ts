/** The identity under which a server speaks TLS. */
import path from 'node:path';
import type { Config } from '#config';
import type { Log } from '#log';
import { ensureSelfSigned } from '#servers/net/self-signed';
import { TlsIdentities } from '#servers/net/tls-context';
import { failed, type StartFailure } from './failure.ts';

type TlsOpened = { readonly kind: 'open'; readonly tls: TlsIdentities };

/** The configured certificate, or one that we made for ourselves. */
export async function openTls(
  config: Config,
  dataDir: string,
  log: Log,
): Promise<TlsOpened | StartFailure> {
  const { 'tls.certificate': certificate, 'tls.key': key } = config;
  try {
    const files =
      certificate === ''
        ? await ensureSelfSigned(path.join(dataDir, 'tls'), config.hostname, Date.now())
        : { certificate, key };
    const opened = await TlsIdentities.open(files, log);
    return opened.kind === 'open' ? opened : failed(opened.reason, opened.remedy);
  } catch (error) {
    return failed(
      `no certificate could be made: ${(error as Error).message}`,
      'Let this user write to the data folder.',
    );
  }
}
