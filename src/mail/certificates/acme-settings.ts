/** How certificates are ordered, from the settings. That there are any means that the operator agreed to the authority’s terms. */
import type { DnsHook } from '#clients/acme/dns-hook';
import type { ExternalAccount } from '#protocol/acme/jws';
import type { KeyType } from './x509.ts';

/** How names are proved to be ours. */
export type ChallengeSettings =
  | { readonly type: 'http-01' | 'tls-alpn-01' }
  | {
      readonly type: 'dns-01';
      readonly hook: DnsHook;
      /** How long the name servers of the zone may take to show the record. Milliseconds. */
      readonly patience: number;
      /** Port of name servers; 53 but in networks of tests. */
      readonly port: number;
    };

export interface AcmeSettings {
  /** URL of the directory of the authority. */
  readonly directory: string;
  /** A mail address, or ''. */
  readonly contact: string;
  readonly challenge: ChallengeSettings;
  readonly keyType: KeyType;
  /** Renews with the key there is, so that TLSA records stay right. */
  readonly sameKey: boolean;
  readonly external: ExternalAccount | undefined;
}

/** Directories that a word stands for. */
export const KNOWN_DIRECTORIES: Readonly<Record<string, string>> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
};
