/**
 * Sealing (RFC 8617 §5.1): the three fields of a new set, to be put before the header of a message that goes on. With the key of
 * DKIM, relaxed/relaxed, over the fields that DKIM signs and the DKIM-Signatures that are there.
 *
 * A chain that was found broken gets one more set that says so and signs nothing but itself (§5.1.2); after that, none (§5.1 step 2).
 * All changes to the message must have been made before. Called by mail/ where mail is forwarded.
 */
import { concat, EMPTY, utf8 } from '#bytes';
import { canonicalizeFields, headerToSign } from '#protocol/dkim/canonicalize-header';
import { formatTags, signatureTags } from '#protocol/dkim/format-signature';
import {
  digestFor,
  prepareFields,
  unsignedSignature,
  type SignBytes,
  type SigningKey,
} from '#protocol/dkim/sign';
import { fieldsToSign } from '#protocol/dkim/signed-fields';
import { fieldsNamed, type Header, splitHeader } from '#protocol/message/header/fields';
import { arrangeSets } from './arrange-sets.ts';
import { collectFields, MAX_SETS } from './collect-fields.ts';
import { sealedFields } from './read-chain.ts';
import type { ArcReport, ChainStatus } from './report.ts';

export interface SealOptions {
  /** The octets that `header` was read from: those of the message as it goes on. */
  readonly head: Uint8Array;
  readonly header: Header;
  /** SHA-256 of the relaxed body as it goes on. */
  readonly bodyHash: Uint8Array;
  /** What our own validation said of the message as it came. */
  readonly chain: Pick<ArcReport, 'cv' | 'reason' | 'instance'>;
  /** What stands after the colon of our Authentication-Results field, folded, with its CRLF; all results of ours in one. */
  readonly results: Uint8Array;
  readonly key: SigningKey;
  /** t=, seconds since 1970. */
  readonly time: number;
  readonly signBytes: SignBytes;
}

export type Sealed =
  | {
      readonly kind: 'sealed';
      /** ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, each with its CRLF. */
      readonly fields: Uint8Array;
      readonly instance: number;
      readonly cv: ChainStatus;
    }
  /** failed-before: the newest seal says so already · no-instance: there is no number left that others would read. */
  | { readonly kind: 'not-sealed'; readonly reason: 'failed-before' | 'no-instance' };

/**
 * Rejects where `signBytes` does.
 * @throws RangeError (in the promise) where `results` would be anything but one field: a bug of the caller
 */
export async function sealMessage(options: SealOptions): Promise<Sealed> {
  const { head, header, chain, key, signBytes } = options;
  if (chain.reason === 'failed-before') return { kind: 'not-sealed', reason: 'failed-before' };
  const instance = chain.instance + 1;
  if (instance > MAX_SETS || chain.reason === 'fields-too-large') {
    return { kind: 'not-sealed', reason: 'no-instance' };
  }
  const results = concat([utf8(`ARC-Authentication-Results: i=${instance};`), options.results]);
  const { fields: parsed } = splitHeader(concat([results, utf8('\r\n')]));
  if (parsed.length !== 1 || parsed[0]!.end !== results.length) {
    throw new RangeError('what was to be sealed is not one Authentication-Results field');
  }
  const make = async (sign: (signature: Uint8Array) => Uint8Array, before: Uint8Array) => {
    const toSign = digestFor(key.algorithm, headerToSign('relaxed', before, sign(EMPTY)));
    return sign(await signBytes(key.algorithm, key.privateKey, toSign));
  };
  const signedFields = [
    ...fieldsToSign(header.fields),
    ...fieldsNamed(header, 'DKIM-Signature').map(({ name }) => name),
  ];
  const message = await make(
    messageSignature(options, instance, signedFields),
    prepareFields(head, header.fields, signedFields),
  );
  const seal = await make(
    sealOf(options, instance),
    concat([
      chain.cv === 'fail' ? EMPTY : setsBefore(head, header),
      relaxed(results),
      relaxed(message),
    ]),
  );
  return { kind: 'sealed', fields: concat([seal, message, results]), instance, cv: chain.cv };
}

/** Writes the ARC-Message-Signature (§4.1.2); i= stands first, as its ABNF has it. */
function messageSignature(
  { bodyHash, key, time }: SealOptions,
  instance: number,
  signedFields: readonly string[],
): (signature: Uint8Array) => Uint8Array {
  const unsigned = unsignedSignature(key, bodyHash, signedFields, time);
  const tags = signatureTags(unsigned, ['i', instance.toFixed(0)], ['i', undefined]);
  return (signature) => formatTags('ARC-Message-Signature', tags, signature);
}

/** Writes the ARC-Seal (§4.1.3). */
function sealOf(
  { chain, key, time }: SealOptions,
  instance: number,
): (signature: Uint8Array) => Uint8Array {
  return (signature) =>
    formatTags(
      'ARC-Seal',
      [
        ['i', instance.toFixed(0)],
        ['a', key.algorithm],
        ['t', Math.floor(time).toFixed(0)],
        ['cv', chain.cv],
        ['d', key.domain],
        ['s', key.selector],
      ],
      signature,
    );
}

/** All sets of a valid chain, canonical, in the order of their instances (§5.1.1). */
function setsBefore(head: Uint8Array, header: Header): Uint8Array {
  const sets = arrangeSets(collectFields(head, header));
  if ('reason' in sets)
    throw new RangeError('the chain to be sealed is not the one that was validated');
  const last = sets.at(-1);
  return last === undefined
    ? EMPTY
    : concat([
        sealedFields(head, sets).at(-1)!,
        canonicalizeFields('relaxed', head, [last.seal.field]),
      ]);
}

function relaxed(field: Uint8Array): Uint8Array {
  return canonicalizeFields('relaxed', field, splitHeader(field).fields);
}
