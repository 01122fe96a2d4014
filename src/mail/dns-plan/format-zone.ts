/**
 * The plan as a fragment of a BIND zone file (RFC 1035 §5), to be pasted or included into the zone of the domain: it has no SOA and no NS.
 * What belongs to other zones stands there as comments, each record after its sentence.
 */
import { say } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import { toUnicode } from '#protocol/address/domain';
import type { PlannedRecord, PlanZone } from './record.ts';
import type { PlanRow, ToldPlan } from './rows.ts';
import { ZONE_HEADS } from './texts.ts';

/** Seconds: short enough for a change in an afternoon. */
const TTL = 3600;
const ZONES: readonly PlanZone[] = ['domain', 'host', 'reverse'];

export function formatZone({ domain, host, gaps, records }: ToldPlan, language: Language): string {
  const unicode = toUnicode(domain);
  const shown = unicode === domain ? domain : `${unicode} (${domain})`;
  const sections = ZONES.flatMap((zone) => {
    const rows = records.filter((row) => row.zone === zone && row.line !== null);
    if (rows.length === 0) return [];
    const head = say(ZONE_HEADS[zone], language, { domain: shown, host: host ?? '' });
    const lines = rows.map((row) => [`; ${row.why}`, linesOf(row)]);
    return [[`; ${head}`, lines].flat(3).join('\n')];
  });
  return [
    `$TTL ${TTL}`,
    ...gaps.map(({ text }) => `; ${text}`),
    ...sections.map((section) => `\n${section}`),
  ].join('\n');
}

/** Of the domain's own zone as they are; the others, and what is to be removed, as comments. */
function linesOf({ zone, need, line }: PlanRow): readonly string[] {
  const lines = (line ?? '').split('\n');
  return zone === 'domain' && need !== ('remove' satisfies PlannedRecord['need'])
    ? lines
    : lines.map((one) => `;   ${one}`);
}
