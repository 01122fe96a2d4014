/** Settings in the form of Outlook: Autodiscover by XML (MS-OXDSCLI) and the JSON that leads to it. Pure. */
import { parseMailbox } from '#protocol/address/path';
import type { ClientSettings } from './client-settings.ts';
import { element, formatXml, readTexts, withAttributes, type XmlElement } from './xml.ts';

const ENVELOPE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

export type AutodiscoverRequest =
  | { readonly kind: 'request'; readonly address: string; readonly domain: string }
  /** 600: not such a request; 601: for something that is not spoken here. */
  | { readonly kind: 'refused'; readonly code: 600 | 601 };

/** @param xml the body of the request, of bounded size */
export function readAutodiscover(xml: string): AutodiscoverRequest {
  const texts = readTexts(xml);
  const schema = texts?.get('AcceptableResponseSchema') ?? OUTLOOK;
  const address = texts?.get('EMailAddress') ?? '';
  const mailbox = parseMailbox(address);
  if (mailbox === undefined || mailbox.domain === '') return { kind: 'refused', code: 600 };
  if (schema !== OUTLOOK) return { kind: 'refused', code: 601 };
  return { kind: 'request', address, domain: mailbox.domain };
}

export function formatAutodiscover({ host, services }: ClientSettings, address: string): string {
  const protocols = services.map(({ protocol, port, tls }) =>
    element(
      'Protocol',
      element('Type', protocol.toUpperCase()),
      element('Server', host),
      element('Port', String(port)),
      element('DomainRequired', 'off'),
      element('LoginName', address),
      element('SPA', 'off'),
      element('SSL', 'on'),
      element('Encryption', tls === 'implicit' ? 'SSL' : 'TLS'),
      element('AuthRequired', 'on'),
      ...(protocol === 'smtp' ? [element('UsePOPAuth', 'off'), element('SMTPLast', 'off')] : []),
    ),
  );
  const account = element(
    'Account',
    element('AccountType', 'email'),
    element('Action', 'settings'),
    ...protocols,
  );
  return enveloped(withAttributes(element('Response', account), { xmlns: OUTLOOK }));
}

const MESSAGES = { 600: 'Invalid Request', 601: 'Provider is not available' } as const;

/** @param now calendar milliseconds */
export function formatAutodiscoverError(code: 600 | 601, now: number): string {
  const error = element(
    'Error',
    element('ErrorCode', String(code)),
    element('Message', MESSAGES[code]),
    element('DebugData'),
  );
  const time = new Date(now).toISOString().slice(11, 23);
  return enveloped(element('Response', withAttributes(error, { Time: time, Id: '0' })));
}

function enveloped(response: XmlElement): string {
  return formatXml(withAttributes(element('Autodiscover', response), { xmlns: ENVELOPE }));
}

/** Autodiscover V2 asks where a protocol is; there is nothing but the XML here. */
export function formatAutodiscoverJson(
  protocol: string | undefined,
  url: string,
): { readonly status: 200 | 400; readonly body: Readonly<Record<string, string>> } {
  if (protocol?.toLowerCase() === 'autodiscoverv1')
    return { status: 200, body: { Protocol: 'Autodiscoverv1', Url: url } };
  return {
    status: 400,
    body: {
      ErrorCode: protocol === undefined ? 'MandatoryParameterMissing' : 'ProtocolNotSupported',
      ErrorMessage: 'The only protocol here is Autodiscoverv1.',
    },
  };
}
