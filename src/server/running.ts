/** A server that runs, of one process or several, as whoever started it sees it. */
import type { Config } from '#config';
import type { FirstAccounts } from '#mail/accounts/first-accounts';

export interface RunningServer extends AsyncDisposable {
  readonly kind: 'running';
  readonly ports: Ports;
  readonly firstAccounts: FirstAccounts;
  /** Stops accepting, lets what is under way finish for `graceMs`, then ends everything in reverse order of its start. */
  stop(graceMs?: number): Promise<void>;
  /** Takes over what can change while it runs. */
  reload(config: Config): Promise<void>;
}

export interface Ports {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
  readonly imap: number;
  readonly imaps: number;
  readonly http: number;
}
