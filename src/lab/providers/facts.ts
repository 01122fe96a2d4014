/**
 * What a provider goes by, in short and as plain JSON: the facts that the production checks of `mail/receive` found out, told apart by
 * the stage at which they are there. Kept with the trace of a message.
 */
import type { PublishedPolicy } from '#protocol/dmarc-report/report';
import type { SpfResult } from '#protocol/spf/report';

/** From MAIL on. */
export interface ClientFacts {
  readonly ip: string;
  readonly ehlo: string;
  /** The version; null in clear. */
  readonly tls: string | null;
  /** Whether the address has a name that leads back to it; `unknown`: the DNS did not say. */
  readonly iprev: 'pass' | 'fail' | 'none' | 'unknown';
  /** The name, or the first that does not lead back. */
  readonly name: string | null;
  /** Zones of DNS lists that list the address. */
  readonly listed: readonly string[];
  /** '' is the null reverse-path. */
  readonly reversePath: string;
  /** Whether its domain is one that mail can be answered to. */
  readonly senderDomain: 'reachable' | 'unreachable' | 'unknown';
  readonly spf: SpfResult | 'unknown';
  readonly spfDomain: string;
  /** The term by which a record of SPF lets half the Internet send, or all of it. */
  readonly spfTooWide: string | null;
}

export interface SignatureFacts {
  readonly result: string;
  /** Why it did not pass (`protocol/dkim/rules.ts`). */
  readonly reason?: string;
  readonly domain: string;
  readonly selector: string;
}

/** From the end of the message on. */
export interface MessageFacts {
  readonly dkim: readonly SignatureFacts[];
  readonly dmarc: 'none' | 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown';
  /** What the author's domain asks for: of a message that fails. */
  readonly policy: 'none' | 'quarantine' | 'reject';
  /** A record of DMARC applies. */
  readonly hasPolicy: boolean;
  /** Whose record it is. */
  readonly policyDomain: string;
  /** The record, as a report tells it. */
  readonly published?: PublishedPolicy;
  readonly alignedSpf: boolean;
  readonly alignedDkim: boolean;
  /** How the From field was read. */
  readonly author: 'author' | 'none' | 'several-fields' | 'several-domains' | 'unreadable';
  /** '' where nobody is the author. */
  readonly authorDomain: string;
  /** Date and Message-ID stand there once each, and every line of the header is one. */
  readonly wellFormed: boolean;
  /** Says of itself that it goes to many: List-Id, List-Unsubscribe, Precedence. */
  readonly marked: boolean;
  /** RFC 8058: an https address and the field for the click, both signed. */
  readonly oneClick: boolean;
  /** Made by a program (RFC 3834), or a notice: nobody answers. */
  readonly automatic: boolean;
  /** A letter that asks whether its reader wants to be on a list. */
  readonly asksToConfirm: boolean;
  /** Messages that it says it follows. */
  readonly follows: number;
  readonly size: number;
}

/** Who answers for a message: the domain that signed it, or else the one whose SPF passed. */
export interface Identity {
  readonly by: 'dkim' | 'spf';
  readonly domain: string;
}

/** A signature of the author's own domain counts before others. */
export function identityOf(client: ClientFacts, message: MessageFacts): Identity | undefined {
  const passed = message.dkim.filter(({ result }) => result === 'pass');
  const own = passed.find(({ domain }) => isWithin(message.authorDomain, domain));
  const signer = own ?? passed[0];
  if (signer !== undefined) return { by: 'dkim', domain: signer.domain };
  return client.spf === 'pass' ? { by: 'spf', domain: client.spfDomain } : undefined;
}

function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}
