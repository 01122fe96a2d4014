/**
 * What the doctor can say at the end of set-up: everything where a server runs, and without one what needs none. Records that were made a moment
 * ago can be in no DNS yet, so that what looks for them is left for later, and named.
 */
import { CHECK_IDS, CHECKS } from '#mail/doctor/checks';
import type { Family } from '#mail/doctor/check';
import { formatResults, formatSummary } from '#mail/doctor/format';
import { countOf } from '#mail/doctor/result';
import type { CheckId } from '#mail/doctor/texts';
import { resultToJson } from '#mail/doctor/to-json';
import { say } from '#mail/story/phrase';
import { examine, plainFormat, screenFormat, type DoctorOptions } from '#cli/nouns/doctor';
import { printLine } from '#cli/terminal/output';
import { waiting } from '#cli/terminal/progress';
import type { SetupLog } from './log.ts';
import { SETUP_TEXTS } from './texts.ts';

/** What they ask the world is whether records of the domain's plan are there. */
const PUBLISHED: ReadonlySet<Family> = new Set([
  'mx',
  'spf',
  'dkim',
  'dmarc',
  'policy',
  'clients',
] satisfies Family[]);

export interface Standing {
  /** Whether a server runs. */
  readonly runs: boolean;
  /** Whether the domain was made in this run: nobody can have published its records. */
  readonly isNew: boolean;
}

/** Those that have something to say now. */
export function checksNow({ runs, isNew }: Standing): readonly CheckId[] {
  return CHECK_IDS.filter((id) => {
    const { server, family, needs } = CHECKS[id];
    const looksForRecords = id === 'D6' || (PUBLISHED.has(family) && needs.length > 0);
    return (runs || !server) && !(isNew && looksForRecords);
  });
}

/** @returns whether nothing fails @throws CommandFailure */
export async function letDoctorLook(
  options: DoctorOptions,
  standing: Standing,
  log: SetupLog,
): Promise<boolean> {
  const { lang, domain = '' } = options;
  const ids = checksNow(standing);
  log.tell(`\n${say(SETUP_TEXTS['doctor-runs'], lang, {})}`);
  const examined = await waiting('examining', examine(options, ids));
  const { results, hostname } = examined;
  for (const result of results)
    log.json({ what: 'check', ...resultToJson(result, hostname, lang, undefined) });
  log.show(() => {
    for (const line of formatResults(results, screenFormat(options, examined))) printLine(line);
  });
  for (const line of formatResults(results, plainFormat(options, examined))) log.keep(line);
  log.tell(formatSummary(results, lang));
  const later = CHECK_IDS.filter((id) => !ids.includes(id));
  if (later.length > 0) {
    const values = { checks: later.join(' '), domain };
    log.tell(say(SETUP_TEXTS['doctor-later'], lang, values), { what: 'later', checks: later });
  }
  log.tell('');
  return countOf(results).fail === 0;
}
