/** What a mail program has to know of this server, and the form of Thunderbird for it (autoconfig, draft-ietf-mailmaint-autoconfig). Pure. */
import { element, formatXml, withAttributes, type XmlElement } from './xml.ts';

export interface ClientSettings {
  /** A-labels. */
  readonly domain: string;
  readonly host: string;
  /** The preferred first. */
  readonly services: readonly ClientService[];
}

export interface ClientService {
  readonly protocol: 'imap' | 'smtp';
  readonly port: number;
  /** From the first octet, or by STARTTLS. */
  readonly tls: 'implicit' | 'starttls';
}

/** Whoever asks gets the same, so that nothing is told about accounts: the program puts the address in itself. */
const LOGIN = '%EMAILADDRESS%';

export function formatAutoconfig({ domain, host, services }: ClientSettings): string {
  const provider = element(
    'emailProvider',
    element('domain', domain),
    element('displayName', domain),
    element('displayShortName', domain),
    ...services.map((service) => serverElement(host, service)),
  );
  const root = element('clientConfig', withAttributes(provider, { id: domain }));
  return formatXml(withAttributes(root, { version: '1.1' }));
}

function serverElement(host: string, { protocol, port, tls }: ClientService): XmlElement {
  const server = element(
    protocol === 'imap' ? 'incomingServer' : 'outgoingServer',
    element('hostname', host),
    element('port', String(port)),
    element('socketType', tls === 'implicit' ? 'SSL' : 'STARTTLS'),
    // under TLS only; the encrypted one of this format is CRAM-MD5
    element('authentication', 'password-cleartext'),
    element('username', LOGIN),
  );
  return withAttributes(server, { type: protocol });
}
