/**
 * What the validation of an Authenticated Received Chain tells (RFC 8617 §5.2, §6), with the steps that led to it as data, in the
 * order of the RFC. Texts for people are written elsewhere from these (`mail/story/arc-texts.ts`).
 */
import type { Step as DkimStep } from '#protocol/dkim/report';
import type { RfcSection } from '#protocol/dkim/rules';
import type { ArcReason } from './rules.ts';

/** Chain Validation Status (RFC 8617 §4.4). */
export type ChainStatus = 'none' | 'fail' | 'pass';

export type ArcFieldName = 'ARC-Authentication-Results' | 'ARC-Message-Signature' | 'ARC-Seal';

/** Which field of which set a step is about. `instance` is 0 where it could not be read. */
export interface ArcField {
  readonly field: ArcFieldName;
  readonly instance: number;
}

/** What was done for one signature of the chain: the steps of DKIM but for their conclusion. */
export type SignatureStep = Exclude<DkimStep, { step: 'concluded' | 'weakness' }> & ArcField;

export type ArcStep =
  | SignatureStep
  | ({ readonly rfc: RfcSection } & (
      | {
          readonly step: 'sets-collected';
          /** The highest instance; 0 where no field of ARC is there. */
          readonly sets: number;
          readonly fields: Readonly<Record<ArcFieldName, number>>;
        }
      | ({
          readonly step: 'field-refused';
          readonly reason: ArcReason;
          readonly tag?: string;
        } & ArcField)
      | {
          /** One set of a chain whose structure is valid, from the first to the newest. */
          readonly step: 'set-read';
          readonly instance: number;
          readonly cv: ChainStatus;
          readonly domain: string;
          readonly signatureDomain: string;
        }
      | ({
          /** One ARC-Message-Signature or ARC-Seal was validated. */
          readonly step: 'signature-judged';
          readonly valid: boolean;
          readonly reason?: ArcReason;
        } & ArcField)
      | {
          /** How far back the message is as it was signed: 0 where all signatures are valid, so to the first. */
          readonly step: 'oldest-pass';
          readonly instance: number;
        }
      | {
          readonly step: 'concluded';
          readonly cv: ChainStatus;
          readonly reason?: ArcReason;
          readonly field?: ArcFieldName;
          readonly instance?: number;
        }
    ));

/** One set of a chain whose structure is valid. */
export interface ArcSetReport {
  readonly instance: number;
  /** What its sealer found the chain before it to be. */
  readonly cv: ChainStatus;
  /** d= and s= of the ARC-Seal: who vouches for the set. */
  readonly domain: string;
  readonly selector: string;
  /** d= of the ARC-Message-Signature. */
  readonly signatureDomain: string;
  /** The authres-payload of its ARC-Authentication-Results: unfolded, one character per octet, as its sealer wrote it. */
  readonly results: string;
}

export interface ArcReport {
  readonly cv: ChainStatus;
  /** Absent unless `cv` is `fail`. */
  readonly reason?: ArcReason;
  /** The field at fault, and the number of its set; absent where the fault is not of one field. */
  readonly at?: ArcField;
  /** The highest instance of the message, whether the chain is valid or not; 0 without a chain. */
  readonly instance: number;
  /** header.oldest-pass (RFC 8617 §5.2 step 5): the oldest set whose message signature still validates, 0 where all do. Only for `pass`. */
  readonly oldestPass?: number;
  /** From the first to the newest. Empty where the structure is not valid. Vouched for only where `cv` is `pass`. */
  readonly sets: readonly ArcSetReport[];
  readonly steps: readonly ArcStep[];
}
