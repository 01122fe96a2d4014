/** Every text of the story in one place, by what it says: what the test of the catalogue holds and a translator reads. */
import { EVENT_TEXTS, EVENT_VARIANTS } from './event-texts.ts';
import {
  ADDRESS_RULES,
  FRAME,
  LISTENERS,
  PHASE_TITLES,
  STAGES,
  STANDING_TEXTS,
} from './frame-texts.ts';
import type { Phrase } from './phrase.ts';
import { CAUSES, NOTICE_KINDS, REASONS, REPLY_TEXTS } from './reason-texts.ts';
import { SPF_ADVICE, SPF_PROBLEMS } from './spf-record-texts.ts';
import {
  SPF_EXPLANATIONS,
  SPF_IDENTITIES,
  SPF_LIMITS,
  SPF_MATCH_REASONS,
  SPF_PIECES,
  SPF_REASONS,
  SPF_RESULTS,
  SPF_STEPS,
  SPF_UNUSABLE_DOMAINS,
} from './spf-texts.ts';
import {
  ANSWER_TEXTS,
  DNS_FAILURES,
  ROUTE_MATCHES,
  SKIP_REASONS,
  STEP_TEXTS,
  TLS_POLICIES,
} from './step-texts.ts';
import {
  CHECK_STEP_TEXTS,
  CHECK_TITLES,
  EXPLAIN,
  NO_RESULT_TEXTS,
  VERDICT_TEXTS,
} from './verdict-texts.ts';

export const CATALOGUE = {
  event: EVENT_TEXTS,
  variant: EVENT_VARIANTS,
  step: STEP_TEXTS,
  answer: ANSWER_TEXTS,
  dnsFailure: DNS_FAILURES,
  skipReason: SKIP_REASONS,
  routeMatch: ROUTE_MATCHES,
  tlsPolicy: TLS_POLICIES,
  reason: REASONS,
  cause: CAUSES,
  noticeKind: NOTICE_KINDS,
  reply: REPLY_TEXTS,
  phase: PHASE_TITLES,
  standing: STANDING_TEXTS,
  stage: STAGES,
  addressRule: ADDRESS_RULES,
  listener: LISTENERS,
  frame: FRAME,
  spfStep: SPF_STEPS,
  spfPiece: SPF_PIECES,
  spfIdentity: SPF_IDENTITIES,
  spfUnusableDomain: SPF_UNUSABLE_DOMAINS,
  spfMatchReason: SPF_MATCH_REASONS,
  spfLimit: SPF_LIMITS,
  spfExplanation: SPF_EXPLANATIONS,
  spfResult: SPF_RESULTS,
  spfReason: SPF_REASONS,
  spfProblem: SPF_PROBLEMS,
  spfAdvice: SPF_ADVICE,
  verdict: VERDICT_TEXTS,
  explain: EXPLAIN,
  check: CHECK_TITLES,
  noResult: NO_RESULT_TEXTS,
  checkStep: CHECK_STEP_TEXTS,
} as const satisfies Record<string, Readonly<Record<string, Phrase>>>;
