/**
 * TLS on the public port 443: certificates by name as everywhere, HTTP by ALPN (RFC 7301), and the challenges of TLS-ALPN-01
 * (RFC 8737), which only who offers `acme-tls/1` alone is shown. For `new TLSSocket(socket, publicTls(…))`.
 */
import {
  createSecureContext,
  type SecureContext,
  type TLSSocket,
  type TLSSocketOptions,
} from 'node:tls';
import type { AlpnAnswers } from '#mail/certificates/challenges';
import type { TlsIdentity } from './tls-context.ts';

/** RFC 8737 §6.2. After its handshake nothing more is said: the connection is to be closed (§3). */
export const ACME_TLS = 'acme-tls/1';

/** @param protocols that are spoken, the preferred first: `['http/1.1']` */
export function publicTls(
  identity: TlsIdentity,
  protocols: readonly string[],
  challenges: AlpnAnswers,
): TLSSocketOptions {
  const { context, forName } = identity;
  // OpenSSL asks for protocol and name one after the other, and what is set last counts
  let challenge: SecureContext | undefined;
  return {
    isServer: true,
    secureContext: context,
    ...(forName && {
      SNICallback: (name: string, found: (error: null, context: SecureContext) => void) =>
        found(null, challenge ?? forName(name).context),
    }),
    ALPNCallback(this: TLSSocket, offered: { servername: string; protocols: string[] }) {
      const [first] = offered.protocols;
      if (first !== ACME_TLS || offered.protocols.length > 1) {
        return protocols.find((one) => offered.protocols.includes(one));
      }
      const pair = challenges.alpnCertificate(offered.servername);
      if (pair === undefined) return undefined;
      challenge = createSecureContext({ ...pair, minVersion: 'TLSv1.2' });
      this.setKeyCert(challenge);
      return ACME_TLS;
    },
  };
}
