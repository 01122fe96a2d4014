/** What the doctor's command line asks a running server for, and what the server remembers for it. */
import type { Clock } from '#clock';
import type { Pool } from '#store/database/open';
import {
  keepResults,
  readResults,
  type KeptResult,
  type RememberedResult,
} from '#store/doctor/results';
import type { Context, DoctorSettings } from './context.ts';
import type { EchoBox } from './echo-box.ts';
import type { ServerFacts } from './server-facts.ts';

export interface DoctorDesk {
  readonly settings: DoctorSettings;
  readonly facts: () => Promise<ServerFacts>;
  readonly echo: EchoBox;
  readonly challenge: NonNullable<Context['challenge']>;
  readonly before: () => Promise<RememberedResult[]>;
  /** Remembers results; answers everything that is remembered then. */
  readonly keep: (results: readonly KeptResult[]) => Promise<RememberedResult[]>;
}

export function doctorDesk(
  parts: Pick<DoctorDesk, 'settings' | 'facts' | 'echo' | 'challenge'> & {
    pool: Pool;
    clock: Clock;
  },
): DoctorDesk {
  const { settings, facts, echo, challenge, pool, clock } = parts;
  return {
    settings,
    facts,
    echo,
    challenge,
    before: () => readResults(pool),
    async keep(results) {
      await keepResults(pool, results, clock.now());
      return readResults(pool);
    },
  };
}

/** What was found before, for checks that look back. */
export function beforeOf(known: readonly RememberedResult[]) {
  const by = new Map(known.map((one) => [`${one.check} ${one.subject}`, one]));
  return (check: string, domain: string) => {
    const found = by.get(`${check} ${domain}`);
    return found && { status: found.status, finding: found.finding, since: found.since.getTime() };
  };
}
