/**
 * Messages as a stranger sends them: signed with DKIM, relaxed/relaxed, each on its own, before any clock starts. The signer is mailauth's (npm),
 * so that ours does not judge its own work.
 */
import { readFile } from 'node:fs/promises';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { makePool, stamp } from './message-pool.ts';

export interface SignedMessageOptions {
  readonly count: number;
  /** Octets of each before it is signed. */
  readonly size: number;
  readonly from: string;
  /** A file with the private key as PEM; its domain is that of `from`. */
  readonly keyFile: string;
  readonly selector: string;
  /** The number that the first carries; the others follow. */
  readonly firstSequence: number;
}

export async function makeSignedMessages(options: SignedMessageOptions): Promise<Buffer[]> {
  const { count, size, from, keyFile, selector, firstSequence } = options;
  const key = {
    signingDomain: from.slice(from.indexOf('@') + 1),
    selector,
    privateKey: await readFile(keyFile, 'utf8'),
  };
  // its types ask for the key beside the list too
  const signing = { ...key, signatureData: [key] };
  const pool = makePool(Math.min(count, 640), size, from);
  const messages: Buffer[] = [];
  for (let made = 0; made < count; made++) {
    const plain = pool[made % pool.length]!;
    stamp(plain, firstSequence + made);
    const { signatures, errors } = await dkimSign(plain.bytes, signing);
    if (signatures === '') throw new Error(`not signed: ${JSON.stringify(errors)}`);
    messages.push(Buffer.concat([Buffer.from(signatures, 'latin1'), plain.bytes]));
  }
  return messages;
}
