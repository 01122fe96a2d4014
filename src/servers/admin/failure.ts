/** What went wrong in a call, for the person who made it. */
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '#store/writer';

export interface Failure {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

export function failureOf(error: Error & { statusCode?: number }): Failure {
  if (error instanceof StoreUnavailable || isConnectionLost(error)) {
    return {
      status: 503,
      reason: 'database-unavailable',
      message: `the server cannot reach its database: ${error.message}`,
      remedy: 'Nothing was changed for certain. Try again; the log of the server says more.',
    };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return {
      status: error.statusCode,
      reason: 'bad-request',
      message: error.message,
      remedy: 'The command and the server may be of different versions: restart the server.',
    };
  }
  return {
    status: 500,
    reason: 'server-failed',
    message: `the server failed: ${error.message}`,
    remedy: 'Its log says more. Please report it.',
  };
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57 (operator intervention); or the socket's own error. */
function isConnectionLost(error: Error): boolean {
  if (error instanceof DatabaseError) return /^(08|53|57)/.test(error.code ?? '');
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect/.test(error.message)
  );
}
