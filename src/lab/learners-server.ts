/** The server in the midst of the practice Internet, as its parties know it. */
import type { Result } from '#mail/doctor/result';
import type { Directory } from '#store/directory/directory';

export type Service = 'smtp' | 'submission' | 'submissions' | 'imap' | 'imaps' | 'http';

/** What the practice Internet knows of the server in its midst. */
export interface LearnersServer {
  readonly ports: Readonly<Record<Service, number>>;
  readonly directory: Directory;
  readonly settle: () => Promise<void>;
  /** Whether its queue has nothing under way, and waits for the calendar. */
  readonly queueIsIdle: () => boolean;
  readonly zoneOf: (domain: string) => Promise<string | undefined>;
  /** What its doctor finds now. */
  readonly examine: () => Promise<readonly Result[]>;
  /** As its operator does. */
  readonly ban: (address: string, reason: string) => Promise<unknown>;
  readonly unban: (address: string) => Promise<boolean>;
}
