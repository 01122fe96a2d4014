/**
 * The signatures of a submission: one set for all, or one for each recipient where bulk mail gets the way out of it that its author did not give
 * (`mail/unsubscribe/offer.ts`). RFC 8058 §4 wants those fields signed, so each copy is signed by itself; the body is hashed once.
 */
import { concat, EMPTY } from '#bytes';
import type { Clock } from '#clock';
import { wayOutFields, wayOutOf, type Offering } from '#mail/unsubscribe/offer';
import type { Directory } from '#store/directory/directory';
import { sign, type Signed } from './sign.ts';
import type { StreamChoice } from './stream.ts';
import type { Submission } from './submission.ts';

export interface SignCopiesContext {
  readonly directory: Directory;
  readonly clock: Clock;
  /** Undefined: nothing is added to bulk mail. */
  readonly wayOut?: Offering | undefined;
}

/** `one-click`: by https, as RFC 8058 §3.1 wants it · `unsigned`: whoever changes it is not seen. */
export type WayOut = 'one-click' | 'other' | 'none' | 'unsigned';

export interface SignedCopies {
  /** Its fields stand before every copy. */
  readonly signed: Signed;
  /** Of recipients with fields of their own, by id. */
  readonly prefixes: ReadonlyMap<number, Uint8Array>;
  /** Of bulk mail. */
  readonly wayOut: WayOut | undefined;
}

export async function signCopies(
  context: SignCopiesContext,
  { content, login, envelope, recipients }: Submission,
  message: { readonly header: Uint8Array; readonly bodyHash: Uint8Array | undefined },
  { domain, choice }: { readonly domain: string; readonly choice: StreamChoice },
  now: number,
): Promise<SignedCopies> {
  const { wayOut, directory } = context;
  const isOffered =
    wayOut !== undefined &&
    choice.stream === 'bulk' &&
    wayOutOf(content) === 'none' &&
    (await directory.isLocalDomain(domain));
  if (!isOffered) {
    const signed = await sign(context, message, domain, now);
    const own = choice.stream === 'bulk' ? wayOutOf(content) : undefined;
    return { signed, prefixes: NONE, wayOut: own && signedWay(own, signed) };
  }
  const { tenantId } = login;
  const offered = { tenantId, messageId: envelope.messageId, domain, listId: choice.listId };
  const prefixes = new Map<number, Uint8Array>();
  let last: Signed | undefined;
  let milliseconds = 0;
  // one after another: the threads that sign check passwords too
  for (const recipient of recipients) {
    const fields = wayOutFields(wayOut, offered, recipient) ?? EMPTY;
    const header = concat([fields, message.header]);
    last = await sign(context, { ...message, header }, domain, now);
    if (last.kind === 'signed') milliseconds += last.milliseconds;
    prefixes.set(recipient.id, concat([last.fields, fields]));
  }
  const signed: Signed =
    last?.kind === 'signed'
      ? { ...last, fields: EMPTY, milliseconds: Math.round(milliseconds * 10) / 10 }
      : (last ?? { kind: 'unsigned', fields: EMPTY, reason: 'no-key' });
  const given = wayOut.page?.startsWith('https:') === true ? 'one-click' : 'other';
  return { signed, prefixes, wayOut: signedWay(given, signed) };
}

function signedWay(wayOut: WayOut, { kind }: Signed): WayOut {
  return kind === 'signed' || wayOut === 'none' ? wayOut : 'unsigned';
}

const NONE: ReadonlyMap<number, Uint8Array> = new Map();
