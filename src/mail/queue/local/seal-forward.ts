/**
 * The seal (ARC, RFC 8617) of a queued message that an alias here sends on, as at reception (`mail/receive/arrival/forwards.ts`). What is known of it is
 * another thing here: an account of this server wrote it, and logged in to do so; or it was sealed before it was queued. So
 * the message is read once more, for the hash of its body and whatever chain it has. Called by `local.ts`.
 */
import type { Chunks } from '#protocol/dkim/body-hash';
import { startBodyHashes } from '#protocol/dkim/body-hash';
import { keyLookup } from '#protocol/dkim/key-lookup';
import { beginChainVerification } from '#protocol/arc/verify-chain';
import type { ArcReport } from '#protocol/arc/report';
import type { MethodResult } from '#protocol/authentication-results/field';
import { formatAuthenticationResults } from '#protocol/authentication-results/format';
import { arcResult, authResult } from '#protocol/authentication-results/results';
import { splitHeader } from '#protocol/message/header/fields';
import { nowhereResolver } from '#clients/dns/nowhere';
import { seal, type Seal, type Sealable } from '#mail/deliver/seal';
import type { Contents } from '#mail/queue/claim/content';
import type { QueueOptions } from '#mail/queue/options';
import type { ClaimedMessage } from '#store/queue/claim';

export async function sealForward(
  { store, directory, resolver, hostname }: QueueOptions,
  contents: Contents,
  message: ClaimedMessage,
  domain: string,
): Promise<Seal> {
  const view = await contents.head(message);
  const head = view.subarray(0, splitHeader(view).bodyStart);
  const { chunks } = await contents.of(message);
  const body = bodyOf(typeof chunks === 'function' ? chunks() : chunks, head.length);
  const now = store.clock.now();
  const read = await readChain(head, body, resolver, now);
  const sealable: Sealable = {
    head,
    ...(isParted(head) ? read : { ...read, bodyHash: undefined }),
    results: formatAuthenticationResults({
      authservId: hostname,
      results: resultsOf(message, read.chain),
    }),
  };
  const { id: messageId, sessionId, tenantId } = message;
  const ids = { messageId, tenantId, ...(sessionId !== null && { sessionId }) };
  return seal({ directory, clock: store.clock }, sealable, domain, ids);
}

const RELAXED = { canonicalization: 'relaxed' } as const;

/** The chain, and the hash of the body for the seal, in one pass. */
async function readChain(
  head: Uint8Array,
  body: Chunks,
  resolver: QueueOptions['resolver'],
  now: number,
): Promise<Pick<Sealable, 'bodyHash'> & { readonly chain: ArcReport | undefined }> {
  const verification = beginChainVerification({
    head,
    header: splitHeader(head),
    lookup: keyLookup(resolver),
    now: now / 1000,
  });
  const hasher = startBodyHashes([RELAXED, ...verification.bodyHashes]);
  for await (const chunk of body) hasher.push(chunk);
  hasher.end();
  const chain = await verification.finish(hasher);
  // without DNS nobody's seal can be verified, and nothing can be said of what has one
  const isUnknown = resolver === nowhereResolver && chain.cv !== 'none';
  return { bodyHash: hasher.of(RELAXED).digest, chain: isUnknown ? undefined : chain };
}

/** What follows the first octets of a message. */
async function* bodyOf(chunks: Chunks, bodyStart: number): AsyncGenerator<Uint8Array> {
  let skip = bodyStart;
  for await (const chunk of chunks) {
    if (chunk.length > skip) yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
}

/** The header ends in an empty line; of a header over a chunk (`Contents.head`) the end is not at hand. */
function isParted(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(-4)).toString('latin1') === '\r\n\r\n';
}

/** A login is what this server knows of a message of its own; under which name is its owner's affair. */
function resultsOf(
  { accountId, recipients }: ClaimedMessage,
  chain: ArcReport | undefined,
): readonly MethodResult[] {
  const author = recipients[0]?.reversePath;
  return [
    ...(accountId !== null && typeof author === 'string' ? [authResult(undefined, author)] : []),
    ...(chain === undefined || chain.cv === 'none' ? [] : [arcResult(chain.cv)]),
  ];
}
