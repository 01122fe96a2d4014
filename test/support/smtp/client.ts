/** The outbound client set up for a test peer on loopback: short time-outs, plain defaults, mails in a line. */
import { randomBytes } from 'node:crypto';
import { fromLatin1 } from '#bytes';
import { tcpDialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS, type SmtpClientLimits } from '#clients/smtp/limits';
import type { Mail } from '#clients/smtp/mail';
import { openSession, type OpenResult } from '#clients/smtp/open-session';
import type { SmtpClientParts, SmtpPeer } from '#clients/smtp/peer';
import type { SmtpSession } from '#clients/smtp/smtp-session';
import type { Mailbox } from '#protocol/address/mailbox';

export function clientParts(limits: Partial<SmtpClientLimits> = {}): SmtpClientParts {
  return {
    dialer: tcpDialer,
    monotonic: () => performance.now(),
    randomBytes,
    limits: { ...SMTP_CLIENT_LIMITS, ...limits },
  };
}

export function openTo(
  port: number,
  peer: Partial<SmtpPeer> = {},
  limits: Partial<SmtpClientLimits> = {},
): Promise<OpenResult> {
  return openSession(
    {
      address: '127.0.0.1',
      port,
      serverName: 'mx.peer.test',
      heloName: 'client.test',
      tls: 'none',
      ...peer,
    },
    clientParts(limits),
  );
}

/** A session, or a failed test. */
export async function sessionTo(
  port: number,
  peer: Partial<SmtpPeer> = {},
  limits: Partial<SmtpClientLimits> = {},
): Promise<SmtpSession> {
  const result = await openTo(port, peer, limits);
  if (result.kind === 'open') return result.session;
  throw new Error(JSON.stringify(result, undefined, 1));
}

export function mailbox(address: string): Mailbox {
  const at = address.lastIndexOf('@');
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/** A mail of one character per octet, with the facts of its content told truly unless `facts` say otherwise. */
export function mailOf(
  content: string,
  recipients: readonly string[] = ['bob@peer.test'],
  more: Partial<Mail> = {},
  facts: Partial<Mail['content']> = {},
): Mail {
  const bytes = fromLatin1(content);
  return {
    reversePath: mailbox('alice@client.test'),
    recipients: recipients.map((address) => ({ mailbox: mailbox(address) })),
    content: {
      size: bytes.length,
      eightBit: /[^\x00-\x7f]/.test(content),
      smtputf8: false,
      chunks: [bytes],
      ...facts,
    },
    ...more,
  };
}
