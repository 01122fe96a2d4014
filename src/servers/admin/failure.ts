/** What went wrong in a call, for the person who made it. */
import { storeFailure } from '#store/writer/failure';

export interface Failure {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
  /** What the database, or the way to it, said. */
  readonly cause?: string;
}

export function failureOf(error: Error & { statusCode?: number }): Failure {
  const store = storeFailure(error);
  if (store === 'unavailable' || store === 'full') {
    return {
      status: 503,
      reason: `database-${store}`,
      message: `the server cannot use its database: ${error.message}`,
      cause: error.message,
      remedy:
        store === 'full'
          ? 'Make room on its disk, and try again.'
          : 'Whether something was changed is not certain. Try again; the log of the server says more.',
    };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return {
      status: error.statusCode,
      reason: 'bad-request',
      message: error.message,
      remedy:
        'Look at what was given. Where that is right, command and server are of different versions: restart the server.',
    };
  }
  return {
    status: 500,
    reason: 'server-failed',
    message: `the server failed: ${error.message}`,
    remedy: 'Its log says more. Please report it.',
  };
}
