/**
 * Who a notice is from, and its DKIM signatures: the postmaster of the domain here that the author knows, with that domain's keys, so
 * that a notice which leaves (an author whose address goes elsewhere through an alias) passes DMARC there. Called by `notice.ts`.
 */
import { EMPTY } from '#bytes';
import { event, type Event } from '#events';
import type { QueueOptions } from '#mail/queue/options';
import { sign, type Signed } from '#mail/submit/sign';
import type { Mailbox } from '#protocol/address/mailbox';
import { hashBody } from '#protocol/dkim/body-hash';
import { splitHeader } from '#protocol/message/header/fields';
import type { Store } from '#store/database/open';
import type { Directory } from '#store/directory/directory';
import { storeFailure } from '#store/writer/failure';

/** RFC 3464 §2: From names a human who looks after the mail system. `postmaster` exists at each domain of ours. */
export async function noticeSender(
  directory: Directory,
  hostname: string,
  to: Mailbox,
): Promise<Mailbox> {
  const labels = hostname.split('.');
  // the host's own domain: mail.example.test, example.test
  const above = labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
  for (const domain of [to.domain, ...above]) {
    if (await directory.isLocalDomain(domain)) return { localPart: 'postmaster', domain };
  }
  return { localPart: 'postmaster', domain: hostname };
}

export interface SigningOptions extends Pick<QueueOptions, 'directory' | 'log'> {
  readonly store: Pick<Store, 'clock'>;
}

export interface SignedNotice {
  /** The DKIM-Signature fields, to stand before the notice. */
  readonly fields: Uint8Array;
  readonly event: Event;
}

/** Signs by every active key of the sender's domain. A notice whose signing fails goes out without: its author is to be told. */
export async function signNotice(
  { directory, store: { clock }, log }: SigningOptions,
  { id, bytes, sender }: { id: string; bytes: Uint8Array; sender: Mailbox },
  ids: { readonly tenantId: string },
  now: number,
): Promise<SignedNotice> {
  const { bodyStart } = splitHeader(bytes);
  const header = bytes.subarray(0, bodyStart);
  const [hash] = await hashBody([bytes.subarray(bodyStart)], [{ canonicalization: 'relaxed' }]);
  let signed: Signed | { kind: 'unsigned'; fields: Uint8Array; reason: 'signing-failed' };
  try {
    const message = { header, bodyHash: hash!.digest };
    signed = await sign({ directory, clock }, message, sender.domain, now);
  } catch (error) {
    // with the database away the notice itself cannot be written either
    if (storeFailure(error) !== undefined) throw error;
    log.error('queue.notice-unsigned', { id, error: (error as Error).message });
    signed = { kind: 'unsigned', fields: EMPTY, reason: 'signing-failed' };
  }
  const about = { messageId: id, tenantId: ids.tenantId };
  const told =
    signed.kind === 'signed'
      ? event('message.signed', now, about, {
          public: { signatures: signed.signatures, milliseconds: signed.milliseconds },
          personal: {},
        })
      : event('message.unsigned', now, about, {
          public: { reason: signed.reason, domain: sender.domain },
          personal: {},
        });
  return { fields: signed.fields, event: told };
}
