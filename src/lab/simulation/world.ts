/** What a simulation works with: a server that runs in a practice Internet of its own, whose calendar stands still unless it is moved. */
import type { AppSettings } from '#lab/app/app';
import type { LabClock } from '#lab/clock';
import type { LabNetwork } from '#lab/network';
import type { Resolver } from '#protocol/dns/resolver';
import type { Pool } from '#store/database/open';

export interface SimulatedWorld {
  readonly pool: Pool;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly resolver: Resolver;
  /** For the app. It exists. */
  readonly folder: string;
  /** How the app hands in its mail. */
  readonly submission: AppSettings;
  /** The address that mail goes out from. */
  readonly source: string;
  /** Resolves once the providers have sent what is due. */
  readonly settle: () => Promise<void>;
  /** Whether the queue has nothing under way, and waits for the calendar. */
  readonly queueIsIdle: () => boolean;
  /** Aborts when the world ends: a day under way is over then. */
  readonly ends: AbortSignal;
}
