/** What goes on to addresses elsewhere: rows of the queue, in the transaction that accepts the message; one message for each alias. */
import { EMPTY, utf8 } from '#bytes';
import type { Clock } from '#clock';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import type { Event } from '#events';
import type { Directory } from '#store/directory/directory';
import { forwardTo, type Forward, type Forwarded, type Original } from '#mail/deliver/forward';
import { seal, withoutRanges, type Seal } from '#mail/deliver/seal';
import { tlsRequiredOf } from '#mail/tls-policy/author-wish';
import { knownOf } from '#mail/receive/inquiry/fact';
import type { AllFacts } from '#mail/receive/inquiry/facts';
import type { LocalRecipient } from '#mail/receive/recipient';
import type { Statement } from '#store/writer/writer';
import type { Arrival } from './arrival.ts';
import { authenticationResults } from './authentication-results.ts';
import { returnPathRanges } from './hidden-fields.ts';
import { mayNotify } from './success-reports.ts';

export interface ForwardContext {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly hostname: string;
  /** Whether what goes on is sealed (`forward.arc_seal`). */
  readonly sealsForwards: boolean;
  /** How long a forward is tried. Milliseconds. */
  readonly queueLifetime: number;
}

/** @param forwards the recipients that lead elsewhere, and whose mail is no junk */
export async function forwardArrival(
  context: ForwardContext,
  arrival: Arrival,
  forwards: readonly LocalRecipient[],
  { facts, received, now }: { facts: AllFacts; received: string; now: number },
): Promise<Forwarded> {
  const { envelope, content, recipients } = arrival;
  const original: Original = {
    id: envelope.messageId,
    sessionId: arrival.client.sessionId,
    accountId: undefined,
    sha256: content.blob.sha256,
    blobSize: content.blob.size,
    hidden: returnPathRanges(content),
    reversePath: envelope.reversePath && formatMailbox(envelope.reversePath),
    ret: envelope.ret,
    envid: envelope.envid,
    smtputf8: envelope.smtputf8,
    eightBit: content.eightBit,
    notifyAuthor: mayNotify(facts),
    tlsRequired: tlsRequiredOf(envelope, content),
    expiresAt: now + context.queueLifetime,
  };
  /** By domain: the aliases of one share theirs. */
  const seals = new Map<string, Seal>();
  const statements: Statement[] = [];
  const events: Event[] = [];
  const seen = new Set<string>();
  let id = envelope.messageId;
  // after those of the envelope, so that no two recipients of a message share an id
  let firstRecipient = recipients.length + 1;
  for (const recipient of forwards) {
    const { mailbox: alias, expansion, orcpt, notify } = recipient;
    const targets = expansion.external.filter((target) => isNew(seen, target));
    if (targets.length === 0) continue;
    if (context.sealsForwards && expansion.isBounce !== true && !seals.has(alias.domain)) {
      const made = await sealArrival(context, arrival, facts, original, recipient);
      seals.set(alias.domain, made);
      events.push(made.event);
    }
    const forward: Forward = {
      id,
      original,
      alias,
      expansion,
      targets,
      orcpt,
      notify,
      firstRecipient,
      seals: seals.get(alias.domain)?.fields ?? EMPTY,
      trace: utf8(received),
      now,
    };
    const forwarded = await forwardTo(context.directory, forward);
    statements.push(...forwarded.statements);
    events.push(...forwarded.events);
    id = context.newId();
    firstRecipient = 1;
  }
  return { statements, events };
}

function isNew(seen: Set<string>, target: Mailbox): boolean {
  const name = formatMailbox(target);
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}

function sealArrival(
  context: ForwardContext,
  arrival: Arrival,
  facts: AllFacts,
  { hidden }: Original,
  { mailbox: { domain }, expansion: { tenantId } }: LocalRecipient,
): Promise<Seal> {
  const { client, envelope, content } = arrival;
  const sealable = {
    head: withoutRanges(content.head, hidden),
    bodyHash: content.bodyHash,
    chain: knownOf(facts.arc),
    results: authenticationResults(context.hostname, arrival, facts),
  };
  const { sessionId } = client;
  return seal(context, sealable, domain, { sessionId, messageId: envelope.messageId, tenantId });
}
