/** From what the production checks found out to the facts that a provider goes by. */
import type { ClientFacts, MessageFacts } from '#lab/providers/facts';
import type { Client, Envelope } from '#mail/receive/envelope';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { Content } from '#mail/receive/intake';
import { formatMailbox } from '#protocol/address/mailbox';
import type { SignatureReport } from '#protocol/dkim/report';
import type { DmarcRecord } from '#protocol/dmarc/record';
import type { PublishedPolicy } from '#protocol/dmarc-report/report';
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import { parseMessageIds } from '#protocol/message/header/message-id';
import type { SpfStep } from '#protocol/spf/report';

/** Signatures that are looked at for the record. */
const MOST_SIGNATURES = 8;
/** Characters of a term of SPF. */
const MOST_TERM = 100;
/** Characters of a field that decide nothing beyond. */
const READ = 4000;

export function clientFacts(client: Client, envelope: Envelope, facts: AllFacts): ClientFacts {
  const iprev = knownOf(facts.iprev);
  const spf = knownOf(facts.spf);
  const { reversePath } = envelope;
  return {
    ip: client.address,
    ehlo: client.ehlo,
    tls: client.tls?.version ?? null,
    iprev: iprevWord(iprev?.result),
    name: iprev?.name ?? iprev?.names[0] ?? null,
    listed: (knownOf(facts.lists)?.zones ?? [])
      .filter(({ result }) => result === 'listed')
      .map(({ zone }) => zone),
    reversePath: reversePath === null ? '' : formatMailbox(reversePath),
    senderDomain: domainWord(knownOf(facts.sender)?.result),
    spf: spf?.result ?? 'unknown',
    spfDomain: spf?.domain ?? '',
    spfTooWide: wideTerm(spf?.steps ?? []),
  };
}

/** Of the record of the domain, or of one that it includes. */
function wideTerm(steps: readonly SpfStep[]): string | null {
  const wide = steps.find(
    (step) =>
      step.step === 'advice' && (step.advice === 'all-pass' || step.advice === 'wide-network'),
  );
  return wide?.step === 'advice' ? (wide.term?.slice(0, MOST_TERM) ?? null) : null;
}

function iprevWord(result: string | undefined): ClientFacts['iprev'] {
  if (result === 'pass' || result === 'fail') return result;
  return result === 'permerror' ? 'none' : 'unknown';
}

function domainWord(result: string | undefined): ClientFacts['senderDomain'] {
  if (result === 'reachable') return 'reachable';
  return result === 'unknown' || result === 'no-mail' ? 'unreachable' : 'unknown';
}

export function messageFacts(content: Content, facts: AllFacts): MessageFacts {
  const dmarc = knownOf(facts.dmarc);
  const author = knownOf(facts.author)?.author;
  const form = knownOf(facts.form);
  const signatures = knownOf(facts.dkim)?.signatures.slice(0, MOST_SIGNATURES) ?? [];
  const { head, header } = content;
  const values = (name: string): string[] =>
    fieldsNamed(header, name).map((field) => fieldValue(head, field).trim().slice(0, READ));
  return {
    dkim: signatures.map(({ result, reason, domain = '', selector = '' }) => ({
      result,
      ...(reason && { reason }),
      domain,
      selector,
    })),
    dmarc: dmarc?.result ?? (author?.kind === 'author' ? 'unknown' : 'none'),
    policy: dmarc?.policy ?? 'none',
    hasPolicy: dmarc?.record !== undefined,
    policyDomain: dmarc?.policyDomain ?? '',
    ...(dmarc?.record && { published: publishedIn(dmarc.policyDomain ?? '', dmarc.record) }),
    alignedSpf: dmarc?.aligned.spf ?? false,
    alignedDkim: dmarc?.aligned.dkim ?? false,
    author: author?.kind ?? 'none',
    authorDomain: author?.kind === 'author' ? author.domain : '',
    wellFormed:
      form !== undefined &&
      form.defect === undefined &&
      !form.tooLong &&
      form.dates === 1 &&
      values('Message-ID').length === 1,
    marked:
      values('List-Id').length + values('List-Unsubscribe').length > 0 ||
      values('Precedence').some((value) => /^(?:bulk|list)$/i.test(value)),
    oneClick: hasOneClick(values, signatures),
    automatic: values('Auto-Submitted').some((value) => !/^no\b/i.test(value)),
    asksToConfirm: values('Subject').some((value) => /^please confirm\b/i.test(value)),
    follows: parseMessageIds(values('References').join(' ')).length,
    size: content.blob.size,
  };
}

/** A record as a report tells it. */
export function publishedIn(domain: string, record: DmarcRecord): PublishedPolicy {
  const { p = 'none', sp = '', np = '', fo, adkim, aspf, t } = record;
  return { domain, discovery: 'treewalk', p, sp, np, fo: fo.join(':'), adkim, aspf, testing: t };
}

/** RFC 8058 §3: the address is of https, the field says so in its one way, and a signature covers both (§4). */
function hasOneClick(
  values: (name: string) => readonly string[],
  signatures: readonly SignatureReport[],
): boolean {
  if (!values('List-Unsubscribe').some((value) => /<https:\/\/[^>\s]{1,2000}>/i.test(value)))
    return false;
  if (!values('List-Unsubscribe-Post').some((value) => value === 'List-Unsubscribe=One-Click'))
    return false;
  return signatures.some(({ result, signedFields = [] }) => {
    const signed = new Set(signedFields.map((name) => name.toLowerCase()));
    return (
      result === 'pass' && signed.has('list-unsubscribe') && signed.has('list-unsubscribe-post')
    );
  });
}
