/**
 * What was said to the hosts of the practice Internet by whoever came: providers, forwarders, the stand-in of peer.test. Those of the learner's
 * server are kept in the database; of these the newest are remembered, bounded in number, in each session and in all, and gone with the process.
 */
import type { LabHost } from '#lab/addresses';
import type { Clock } from '#clock';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { SessionWitness } from '#servers/smtp/settings';
import type { SmtpSessionRecord } from '#store/lab/lesson-sessions';

export interface HostSession extends SmtpSessionRecord {
  readonly host: LabHost;
}

export interface HostSessionLimits {
  readonly sessions: number;
  /** Of all lines together: octets, for what is said is ASCII mostly. */
  readonly characters: number;
  /** Of one session. */
  readonly entriesEach: number;
  readonly charactersEach: number;
}

const LIMITS: HostSessionLimits = {
  sessions: 1000,
  characters: 4_000_000,
  entriesEach: 300,
  charactersEach: 24_000,
};
/** What an entry takes beside its line. */
const OVERHEAD = 40;

interface Kept {
  session: HostSession;
  characters: number;
}

export class HostSessions {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limits: HostSessionLimits;
  /** In the order in which they began. */
  readonly #kept = new Map<string, Kept>();
  #characters = 0;

  constructor(clock: Pick<Clock, 'now'>, limits: HostSessionLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  witnessOf(host: LabHost): SessionWitness {
    return {
      began: (began) => {
        const entries: DialogueEntry[] = [];
        const kept: Kept = {
          session: { ...began, host, beganAt: this.#clock.now(), endedAt: undefined, entries },
          characters: 0,
        };
        this.#kept.set(began.id, kept);
        this.#trim();
        return {
          said: (entry) => this.#add(kept, entries, entry),
          ended: () => {
            kept.session = { ...kept.session, endedAt: this.#clock.now() };
          },
        };
      },
    };
  }

  /** Oldest first. */
  list(): HostSession[] {
    return [...this.#kept.values()].map(({ session }) => session);
  }

  find(id: string): HostSession | undefined {
    return this.#kept.get(id)?.session;
  }

  /** In which the host named this, as the reply to a message names its id there. */
  naming(host: string, text: string): HostSession | undefined {
    return this.list().findLast(
      (session) =>
        session.host === host &&
        session.entries.some((entry) => entry.kind === 'sent' && entry.line.includes(text)),
    );
  }

  #add(kept: Kept, entries: DialogueEntry[], entry: DialogueEntry): void {
    // forgotten while it went on
    if (!this.#kept.has(kept.session.id)) return;
    const size = OVERHEAD + ('line' in entry ? entry.line.length : 0);
    const { entriesEach, charactersEach } = this.#limits;
    if (entries.length >= entriesEach || kept.characters + size > charactersEach) return;
    entries.push(entry);
    kept.characters += size;
    this.#characters += size;
    this.#trim();
  }

  #trim(): void {
    for (const [id, { characters }] of this.#kept) {
      const { sessions, characters: most } = this.#limits;
      if (this.#kept.size <= sessions && this.#characters <= most) return;
      this.#kept.delete(id);
      this.#characters -= characters;
    }
  }
}
