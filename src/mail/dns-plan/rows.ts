/** The plan as rows with their sentences: what the control socket answers, and what tables and JSON are made of. */
import { say } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { ComparedRecord } from './compare.ts';
import type { DnsPlan, PlannedRecord } from './record.ts';
import { GAP_TEXTS, PURPOSE_TEXTS } from './texts.ts';
import { plannedLine, recordText } from './zone-line.ts';

export interface PlanRow {
  readonly zone: PlannedRecord['zone'] | null;
  readonly name: string;
  readonly type: PlannedRecord['type'];
  /** As a zone file writes it; null for what is there and not in the plan. */
  readonly data: string | null;
  /** The line of a zone file. */
  readonly line: string | null;
  readonly purpose: PlannedRecord['purpose'] | null;
  readonly need: PlannedRecord['need'] | null;
  readonly why: string | null;
  readonly rfc: string | null;
  /** Where it was compared. */
  readonly standing?: ComparedRecord['standing'];
  readonly observed?: readonly string[];
  readonly ttl?: number | null;
}

export interface ToldPlan {
  readonly domain: string;
  readonly host: string | null;
  readonly gaps: readonly { readonly gap: string; readonly text: string }[];
  readonly records: readonly PlanRow[];
}

export function tellPlan(
  plan: DnsPlan,
  language: Language,
  compared?: readonly ComparedRecord[],
): ToldPlan {
  return {
    domain: plan.domain,
    host: plan.host ?? null,
    gaps: plan.gaps.map((gap) => ({
      gap,
      text: say(GAP_TEXTS[gap], language, { domain: plan.domain }),
    })),
    records:
      compared === undefined
        ? plan.records.map((record) => plannedRow(record, language))
        : compared.map((one) => comparedRow(one, language)),
  };
}

function plannedRow(record: PlannedRecord, language: Language): PlanRow {
  const { zone, name, type, data, purpose, need } = record;
  const phrase: { en: string; ja: string; rfc?: string } = PURPOSE_TEXTS[purpose];
  return {
    zone,
    name,
    type,
    data: recordText(type, data as never),
    line: plannedLine(record),
    purpose,
    need,
    why: phrase[language],
    rfc: phrase.rfc ?? null,
  };
}

function comparedRow(
  { standing, name, type, planned, observed, ttl }: ComparedRecord,
  language: Language,
): PlanRow {
  const row = planned && plannedRow(planned, language);
  const unplanned = {
    zone: null,
    name,
    type,
    data: null,
    line: null,
    purpose: null,
    need: null,
    why: null,
    rfc: null,
  };
  return { ...(row ?? unplanned), standing, observed, ttl: ttl ?? null };
}
