/** What the authority did for an order, step by step and each with the section it follows: for who reads it again. */
import type { ChallengeType } from '#lab/ca/challenge-types';

export type CaStep = {
  /** Real time in milliseconds. */
  readonly at: number;
  readonly rfc: string;
} & CaStepDetail;

/** Texts from strangers are in here as they came, cut: make them safe before they are shown. */
export type CaStepDetail =
  | { readonly step: 'ordered'; readonly names: readonly string[]; readonly account: string }
  | { readonly step: 'replaces'; readonly serial: string }
  | { readonly step: 'challenged'; readonly name: string; readonly type: ChallengeType }
  | {
      readonly step: 'asked-dns';
      readonly name: string;
      readonly type: string;
      /** One text for each record, or what was said in their place. */
      readonly answers: readonly string[];
    }
  | { readonly step: 'dialled'; readonly address: string; readonly port: number }
  | {
      readonly step: 'not-connected';
      readonly address: string;
      readonly port: number;
      readonly text: string;
    }
  | { readonly step: 'http-answer'; readonly url: string; readonly status: number }
  | { readonly step: 'redirected'; readonly url: string; readonly to: string }
  | { readonly step: 'tls-answer'; readonly name: string; readonly protocol: string }
  | { readonly step: 'caa-none'; readonly name: string }
  | { readonly step: 'caa-allows' | 'caa-forbids'; readonly name: string; readonly found: string }
  | { readonly step: 'proved'; readonly name: string; readonly type: ChallengeType }
  | {
      readonly step: 'refused';
      /** Word of RFC 8555 §6.7. */
      readonly word: string;
      readonly text: string;
    }
  | { readonly step: 'issued'; readonly serial: string; readonly until: string }
  | { readonly step: 'revoked'; readonly serial: string; readonly reason: string };

/** Keeps a step, with its section. */
export type Tell = (rfc: string, detail: CaStepDetail) => void;
