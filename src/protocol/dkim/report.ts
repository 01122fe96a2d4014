/**
 * What verification tells (RFC 8601 §2.7.1), with the steps that led to it as data: what was asked, what
 * was answered, the rule and its RFC section. Texts for people are written elsewhere from these.
 */
import type { Canonicalization } from './canonicalize-body.ts';
import type { DkimResult, Reason, RfcSection } from './rules.ts';
import type { Signature } from './signature.ts';
import type { Weakness } from './weaknesses.ts';

/** The answer to the question for TXT records at a selector; `none` is NXDOMAIN or no such record. */
export type KeyAnswer =
  | {
      readonly kind: 'records';
      readonly records: readonly string[];
      /** In a step: how many more there were. */
      readonly more?: number;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'temporary'; readonly detail: string };

/** Asks for TXT records; each record's strings are joined (RFC 6376 §3.6.2.2). Rejects only for a bug. */
export type KeyLookup = (name: string) => Promise<KeyAnswer>;

export type Step = { readonly rfc: RfcSection } & (
  | {
      readonly step: 'signature-read';
      readonly algorithm: Signature['algorithm'];
      readonly domain: string;
      readonly selector: string;
      readonly canonicalization: Signature['canonicalization'];
      readonly signedFields: readonly string[];
    }
  | { readonly step: 'key-asked'; readonly name: string; readonly answer: KeyAnswer }
  | { readonly step: 'key-refused'; readonly record: string; readonly reason: Reason }
  | {
      readonly step: 'key-accepted';
      readonly record: string;
      readonly keyType: string;
      readonly bits: number;
      readonly testing: boolean;
    }
  | {
      readonly step: 'body-hashed';
      readonly canonicalization: Canonicalization;
      /** Base64. */
      readonly claimed: string;
      readonly computed: string;
      /** Octets of the canonical body, and how many of them l= leaves out. */
      readonly octets: number;
      readonly uncovered: number;
      readonly matches: boolean;
    }
  | {
      readonly step: 'header-checked';
      readonly canonicalization: Canonicalization;
      readonly matches: boolean;
    }
  | ({ readonly step: 'weakness' } & Weakness)
  | {
      readonly step: 'concluded';
      readonly result: DkimResult;
      readonly reason?: Reason;
      /** The tag of the DKIM-Signature that is at fault. */
      readonly tag?: string;
      /** Of the signature, as far as it could be read. */
      readonly domain?: string;
      readonly selector?: string;
    }
);

/** A step of a whole report. */
export type ReportStep =
  | Step
  | ({ readonly rfc: RfcSection } & (
      | { readonly step: 'no-signature' }
      | { readonly step: 'signatures-left-out'; readonly count: number }
    ));

export interface SignatureReport {
  readonly result: DkimResult;
  /** Absent for `pass`. */
  readonly reason?: Reason;
  readonly tag?: string;
  /** header.d, header.s, header.a, header.i (RFC 8601 §2.7.1), as far as the field could be read. */
  readonly domain?: string;
  readonly selector?: string;
  readonly algorithm?: Signature['algorithm'];
  readonly identity?: Signature['identity'];
  /** header.b: the first eight characters of b= (RFC 6008 §3). */
  readonly signaturePrefix?: string;
  readonly signedFields?: readonly string[];
  /** Octets of the canonical body after what l= covers: anyone may have added or changed them. */
  readonly uncoveredOctets?: number;
  /** The key is under test (t=y): «MUST NOT treat messages … differently from unsigned email» (RFC 6376 §3.6.1). */
  readonly testing?: boolean;
  readonly keyBits?: number;
  /** What a signature that passes leaves open to change; absent where nothing that readers see is. */
  readonly weaknesses?: readonly Weakness[];
  readonly steps: readonly Step[];
}

export interface DkimReport {
  /** In the order of the header, from the top. Empty for a message without a signature. */
  readonly signatures: readonly SignatureReport[];
  /** How many further signatures were not looked at. */
  readonly ignored: number;
}

/** The steps of all signatures, each of which ends with its conclusion. */
export function allSteps({ signatures, ignored }: DkimReport): readonly ReportStep[] {
  const rfc = 'RFC 6376 §6.1';
  return [
    ...(signatures.length === 0 ? [{ step: 'no-signature', rfc } as const] : []),
    ...signatures.flatMap(({ steps }) => steps),
    ...(ignored > 0 ? [{ step: 'signatures-left-out', rfc, count: ignored } as const] : []),
  ];
}
