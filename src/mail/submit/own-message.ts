/**
 * A message of the server itself, as statements of a transaction: signed by the keys of a domain, then in the queue like any other. The
 * reverse-path is null: nobody is told when it cannot be delivered. For the letter of the doctor and for reports.
 */
import type { Clock } from '#clock';
import { concat } from '#bytes';
import { event, type Event } from '#events';
import { hashBody } from '#protocol/dkim/body-hash';
import { splitHeader } from '#protocol/message/header/fields';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import { ensureTenant } from '#store/directory/tenants';
import { blobOrder, storeBlob, wholeBlob } from '#store/emails/blobs';
import { viewOf } from '#store/emails/emails';
import { writeEvents } from '#store/events/events';
import { enqueue } from '#store/queue/enqueue';
import type { Statement } from '#store/writer/batch';
import { sign } from './sign.ts';

/** In whose name the server writes: the domain here that its host is in, or the first. */
export function ownDomain(hostname: string, domains: readonly string[]): string | undefined {
  return domains.find((name) => hostname.endsWith(`.${name}`)) ?? domains[0];
}

export interface OwnMessageContext {
  readonly store: Pick<Store, 'pool'>;
  readonly directory: Directory;
  readonly clock: Clock;
  /** How long delivery is tried. Milliseconds. */
  readonly queueLifetime: number;
}

export interface OwnMessage {
  readonly id: string;
  /** Header and body, with 8-bit text perhaps. */
  readonly content: Uint8Array;
  /** Whose keys sign. */
  readonly domain: string;
  readonly recipients: readonly {
    readonly forwardPath: string;
    /** A-labels; '' for a mailbox here. */
    readonly domain: string;
  }[];
  /** RFC 8689 §5: `no` where it must come through whatever TLS there is. */
  readonly tlsRequired?: 'no';
}

export interface OwnStatements {
  readonly id: string;
  readonly events: readonly Event[];
  readonly order: string;
  readonly bytes: number;
  readonly statements: readonly Statement[];
}

export async function ownStatements(
  { store, directory, clock, queueLifetime }: OwnMessageContext,
  { id, content, domain, recipients, tlsRequired }: OwnMessage,
): Promise<OwnStatements> {
  const now = clock.now();
  const tenantId = await ensureTenant(store.pool, 'default', now);
  const { bodyStart } = splitHeader(content);
  const [hash] = await hashBody([content.subarray(bodyStart)], [{ canonicalization: 'relaxed' }]);
  const head = { header: content.subarray(0, bodyStart), bodyHash: hash!.digest };
  const signed = await sign({ directory, clock }, head, domain, now);
  const blob = wholeBlob(content);
  const about = { messageId: id, tenantId };
  const events: Event[] = [
    signed.kind === 'signed'
      ? event('message.signed', now, about, {
          public: { signatures: signed.signatures, milliseconds: signed.milliseconds },
          personal: {},
        })
      : event('message.unsigned', now, about, {
          public: { reason: signed.reason, domain },
          personal: {},
        }),
  ];
  const queued = enqueue({
    id,
    parentId: undefined,
    sessionId: undefined,
    tenantId,
    accountId: undefined,
    sha256: blob.sha256,
    view: viewOf(concat([signed.fields]), blob.size, []),
    reversePath: null,
    ret: undefined,
    envid: undefined,
    smtputf8: false,
    eightBit: true,
    notifyAuthor: false,
    tlsRequired,
    arrivedAt: now,
    expiresAt: now + queueLifetime,
    recipients: recipients.map(({ forwardPath, domain: at }, i) => ({
      id: i + 1,
      forwardPath,
      domain: at,
      reversePath: undefined,
      orcpt: undefined,
      notify: 'NEVER',
      stream: 'transactional',
      priority: 0,
      sourcePool: '',
      nextAt: now,
    })),
  });
  return {
    id,
    events,
    order: blobOrder(blob),
    bytes: content.length,
    statements: [storeBlob(blob, now), writeEvents(events), ...queued],
  };
}
