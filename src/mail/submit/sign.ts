/** DKIM signatures by every active key of the From domain (RFC 6376, RFC 8463); the RSA operation runs off the main thread. */
import type { Clock } from '#clock';
import { concat, EMPTY } from '#bytes';
import { prepareHeader, prepareSignature, signOffMainThread } from '#protocol/dkim/sign';
import type { Directory } from '#store/directory/directory';

export type Signed =
  | {
      readonly kind: 'signed';
      /** The DKIM-Signature fields. */
      readonly fields: Uint8Array;
      readonly signatures: readonly { domain: string; selector: string; algorithm: string }[];
      readonly milliseconds: number;
    }
  | { readonly kind: 'unsigned'; readonly fields: Uint8Array; readonly reason: UnsignedReason };

export type UnsignedReason = 'no-key' | 'header-not-parted';

export async function sign(
  { directory, clock }: { readonly directory: Directory; readonly clock: Clock },
  message: { readonly header: Uint8Array; readonly bodyHash: Uint8Array | undefined },
  domain: string,
  now: number,
): Promise<Signed> {
  const { bodyHash } = message;
  if (!bodyHash) return { kind: 'unsigned', fields: EMPTY, reason: 'header-not-parted' };
  const keys = await directory.signingKeys(domain);
  if (keys.length === 0) return { kind: 'unsigned', fields: EMPTY, reason: 'no-key' };
  const start = clock.monotonic();
  const header = prepareHeader(message.header);
  const fields = await Promise.all(
    keys.map(async (key) => {
      const prepared = prepareSignature(header, bodyHash, key, now / 1000);
      return prepared.finish(
        await signOffMainThread(key.algorithm, key.privateKey, prepared.toSign),
      );
    }),
  );
  return {
    kind: 'signed',
    fields: concat(fields),
    signatures: keys.map(({ domain, selector, algorithm }) => ({ domain, selector, algorithm })),
    milliseconds: Math.round((clock.monotonic() - start) * 10) / 10,
  };
}
