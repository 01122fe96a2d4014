/**
 * The seal of a message that an alias sends on (ARC, RFC 8617), by the key of the alias's domain: what was found out here at reception
 * travels with it, for whoever trusts this server. The RSA operation runs off the main thread. Called by `mail/receive/arrival/forwards.ts` and
 * `mail/queue/local/seal-forward.ts`.
 */
import { EMPTY, concat } from '#bytes';
import type { Clock } from '#clock';
import { event, type Event, type EventIds } from '#events';
import type { ArcReport } from '#protocol/arc/report';
import { sealMessage, type Sealed } from '#protocol/arc/seal';
import { signOffMainThread } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import type { Directory } from '#store/directory/directory';

export type UnsealedReason =
  | 'no-key'
  | 'header-not-parted'
  /** What came with it was not verified, so that nothing can be said of it. */
  | 'chain-unknown'
  | Extract<Sealed, { kind: 'not-sealed' }>['reason'];

/** What is sealed. */
export interface Sealable {
  /** The header with its empty line, as it goes on. */
  readonly head: Uint8Array;
  readonly bodyHash: Uint8Array | undefined;
  /** Of our own verification; undefined where there was none. */
  readonly chain: Pick<ArcReport, 'cv' | 'reason' | 'instance'> | undefined;
  /** Our Authentication-Results field. */
  readonly results: Uint8Array;
}

export interface Seal {
  /** To be put before the message; empty where there is none. */
  readonly fields: Uint8Array;
  readonly event: Event;
}

export async function seal(
  { directory, clock }: { readonly directory: Directory; readonly clock: Clock },
  { head, bodyHash, chain, results }: Sealable,
  domain: string,
  ids: EventIds,
): Promise<Seal> {
  const now = clock.now();
  const unsealed = (reason: UnsealedReason): Seal => ({
    fields: EMPTY,
    event: event('message.unsealed', now, ids, { public: { domain, reason }, personal: {} }),
  });
  if (bodyHash === undefined) return unsealed('header-not-parted');
  if (chain === undefined) return unsealed('chain-unknown');
  // RFC 8617 knows no other algorithm
  const key = (await directory.signingKeys(domain)).find((one) => one.algorithm === 'rsa-sha256');
  if (key === undefined) return unsealed('no-key');
  const since = clock.monotonic();
  const sealed = await sealMessage({
    head,
    header: splitHeader(head),
    bodyHash,
    chain,
    results: results.subarray(results.indexOf(COLON) + 1),
    key,
    time: now / 1000,
    signBytes: signOffMainThread,
  });
  if (sealed.kind === 'not-sealed') return unsealed(sealed.reason);
  const { fields, instance, cv } = sealed;
  const { selector } = key;
  const milliseconds = Math.round((clock.monotonic() - since) * 10) / 10;
  return {
    fields,
    event: event('message.sealed', now, ids, {
      public: { domain, selector, instance, chain: cv, milliseconds },
      personal: {},
    }),
  };
}

const COLON = 0x3a;

/** A header without the fields that do not go on. @param hidden offsets: start, end, … */
export function withoutRanges(head: Uint8Array, hidden: readonly number[]): Uint8Array {
  if (hidden.length === 0) return head;
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let i = 0; i < hidden.length; i += 2) {
    parts.push(head.subarray(from, hidden[i]));
    from = hidden[i + 1]!;
  }
  return concat([...parts, head.subarray(from)]);
}
