/**
 * What the validation of an Authenticated Received Chain tells (RFC 8617 §5.2, §6), with the steps that led to it as data, in the
 * order of the RFC. Texts for people are written elsewhere from these (`mail/story/texts/arc-texts.ts`).
 */
import type { Step as DkimStep } from '#protocol/dkim/report';
import type { RfcSection } from '#protocol/dkim/rules';
import type { ArcReason } from './rules.ts';

/** Chain Validation Status (RFC 8617 §4.4). */
export type ChainStatus = 'none' | 'fail' | 'pass';

export type ArcFieldName = 'ARC-Authentication-Results' | 'ARC-Message-Signature' | 'ARC-Seal';

/** Which field of which set something is about. */
export interface ArcField {
  readonly field: ArcFieldName;
  /** 0 where it could not be read. */
  readonly instance: number;
}

/** Why the chain is not valid, where it is one field's fault, and the tag of it. */
export interface ArcFault {
  readonly reason: ArcReason;
  readonly at?: ArcField;
  readonly tag?: string;
}

/** What was done for one signature of the chain, as DKIM tells it. */
export type SignatureStep = Extract<
  DkimStep,
  { step: 'key-asked' | 'key-refused' | 'key-accepted' | 'header-checked' | 'body-hashed' }
> &
  ArcField;

export type ArcStep =
  | SignatureStep
  | ({ readonly rfc: RfcSection } & (
      | {
          readonly step: 'fields-collected';
          /** The highest instance that could be read; 0 where there is none. */
          readonly highest: number;
          readonly fields: Readonly<Record<ArcFieldName, number>>;
        }
      /** The structure is valid: one of the sets, from the first to the newest. */
      | ({ readonly step: 'set-read' } & ArcSetReport)
      /** One ARC-Message-Signature or ARC-Seal was validated, by the steps before this one. */
      | ({
          readonly step: 'signature-judged';
          readonly domain?: string;
          readonly valid: boolean;
          readonly reason?: ArcReason;
          readonly tag?: string;
        } & ArcField)
      | { readonly step: 'oldest-pass'; readonly instance: number }
      | ({ readonly step: 'concluded'; readonly cv: ChainStatus } & Partial<ArcFault>)
    ));

/** One set of a chain whose structure is valid. */
export interface ArcSetReport {
  readonly instance: number;
  /** What its sealer found the chain before it to be. */
  readonly cv: ChainStatus;
  /** d= and s= of the ARC-Seal: who vouches for the set. Absent where they cannot be read. */
  readonly domain?: string;
  readonly selector?: string;
  /** d= of the ARC-Message-Signature. */
  readonly signatureDomain?: string;
  /** Whether the message signature covers every From field: without that it says nothing of the author. */
  readonly signsFrom: boolean;
  /** The authres-payload of its ARC-Authentication-Results: unfolded, one character per octet, as its sealer wrote it. */
  readonly results: string;
}

export interface ArcReport {
  readonly cv: ChainStatus;
  /** Absent unless `cv` is `fail`; `at` also where the fault is of no single field. */
  readonly reason?: ArcReason;
  readonly at?: ArcField;
  readonly tag?: string;
  /** The highest instance of the message, whether the chain is valid or not; 0 without one. */
  readonly instance: number;
  /**
   * header.oldest-pass (RFC 8617 §5.2 step 5): the oldest set whose message signature still validates, together with all after it; 0
   * where all do. Only where `cv` is `pass`.
   */
  readonly oldestPass?: number;
  /** From the first to the newest; empty where the structure is not valid. Vouched for only where `cv` is `pass`. */
  readonly sets: readonly ArcSetReport[];
  readonly steps: readonly ArcStep[];
}
