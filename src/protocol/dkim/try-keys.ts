/**
 * Whether the header of a signature is genuine: the records at its selector, one after the other, until one verifies it (RFC 6376
 * §6.1.2, §6.1.3 steps 3 and 4). Pure. Called by judge-signature.ts and for the signatures of ARC (`arc/`).
 */
import { type KeyObject, verify } from 'node:crypto';
import { judgeKey } from './choose-key.ts';
import type { KeyAnswer, Step } from './report.ts';
import { type Reason, RULES } from './rules.ts';
import { digestFor, digestName } from './sign.ts';
import type { Algorithm, Signature } from './signature.ts';

/** Something signed, with as much of its signature as a key is judged by. */
export interface Signed {
  readonly signature: Pick<
    Signature,
    'algorithm' | 'domain' | 'selector' | 'identity' | 'signature' | 'canonicalization'
  >;
  readonly algorithm: Algorithm;
  /** What the signature signs, canonical. */
  readonly signed: Uint8Array;
}

export interface TriedKeys {
  readonly steps: readonly KeyStep[];
  /** Why there was no key to verify with. */
  readonly keyReason?: Reason;
  /** Why the header did not verify. */
  readonly headerReason?: Reason;
  readonly facts?: { readonly testing: boolean; readonly keyBits: number };
}

export type KeyStep = Extract<
  Step,
  { step: 'key-asked' | 'key-refused' | 'key-accepted' | 'header-checked' }
>;

/** «results are undefined» for several records (RFC 6376 §3.6.2.2); during a change of keys two are seen. */
const MAX_RECORDS = 4;
/** Characters of a record that a step repeats: more than RSA-8192 takes, less than a stranger can make of it. */
const MAX_SHOWN = 2048;

/** RFC 6376 §3.6.2.1 */
export function keyName({ selector, domain }: Pick<Signature, 'selector' | 'domain'>): string {
  return `${selector}._domainkey.${domain}`;
}

/** The first key that verifies the header, else the first that could be used, else the first refusal. */
export function tryKeys(signed: Signed, answer: KeyAnswer): TriedKeys {
  const name = keyName(signed.signature);
  const steps: KeyStep[] = [
    { step: 'key-asked', rfc: 'RFC 6376 §3.6.2.1', name, answer: shown(answer) },
  ];
  if (answer.kind === 'temporary') return { steps, keyReason: 'key-unavailable' };
  let failed: TriedKeys | undefined;
  let refusal: Reason | undefined;
  for (const text of answer.kind === 'none' ? [] : answer.records.slice(0, MAX_RECORDS)) {
    const judged = judgeKey(text, signed.signature);
    const record = text.slice(0, MAX_SHOWN);
    if (judged.kind === 'refused') {
      const { reason } = judged;
      steps.push({ step: 'key-refused', rfc: RULES[reason].rfc, record, reason });
      refusal ??= reason;
      continue;
    }
    const { key, bits } = judged;
    const testing = judged.record.flags.includes('y');
    const matches = verifies(signed, key);
    const { keyType } = judged.record;
    steps.push(
      { step: 'key-accepted', rfc: 'RFC 6376 §6.1.2', record, keyType, bits, testing },
      {
        step: 'header-checked',
        rfc: 'RFC 6376 §6.1.3',
        canonicalization: signed.signature.canonicalization.header,
        matches,
      },
    );
    const facts = { testing, keyBits: bits };
    if (matches) return { steps, facts };
    failed ??= { steps, headerReason: 'signature-mismatch', facts };
  }
  return failed ?? { steps, keyReason: refusal ?? 'no-key' };
}

function verifies({ algorithm, signed, signature }: Signed, key: KeyObject): boolean {
  try {
    const data = digestFor(algorithm, signed);
    return verify(digestName(algorithm), data, key, signature.signature);
  } catch {
    // a key that parses but that OpenSSL cannot calculate with verifies nothing
    return false;
  }
}

/** The answer as a step repeats it: as much as is looked at. */
function shown(answer: KeyAnswer): KeyAnswer {
  if (answer.kind !== 'records') return answer;
  const records = answer.records.slice(0, MAX_RECORDS).map((text) => text.slice(0, MAX_SHOWN));
  const more = answer.records.length - records.length;
  return more > 0 ? { kind: 'records', records, more } : { kind: 'records', records };
}
