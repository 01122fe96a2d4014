/** Told of whatever could not be asked by HTTPS, to whoever listens: the practice Internet does. Elsewhere nobody is told anything. */
import { channel, type Channel } from 'node:diagnostics_channel';

export interface HttpsFailed {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** As in `ExchangeFailure`. */
  readonly reason: string;
  readonly detail: string;
  /** Addresses of both sides, as far as they are known. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const HTTPS_FAILED: Channel = channel('hikyaku:https.failed');

export function tellFailed(failed: HttpsFailed): void {
  if (HTTPS_FAILED.hasSubscribers) HTTPS_FAILED.publish(failed);
}
