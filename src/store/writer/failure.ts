/**
 * Why the store did not take what was handed in, for callers that must answer somebody and know no SQLSTATE.
 */
import { DatabaseError } from 'pg';
import { StoreUnavailable } from './writer.ts';

export type StoreFailure =
  /** The database is out of reach, starting, stopping or lost; what was handed in may or may not be stored. */
  | 'unavailable'
  /** No room on its disk or in its memory. */
  | 'full'
  /** PostgreSQL refused this very thing. */
  | 'refused';

/** Undefined: the error is not the store's. */
export function storeFailure(error: unknown): StoreFailure | undefined {
  if (error instanceof StoreUnavailable) return causedByLackOfRoom(error) ? 'full' : 'unavailable';
  if (error instanceof DatabaseError) return failureOf(error.code ?? '');
  return isConnectionLost(error) ? 'unavailable' : undefined;
}

/** SQLSTATE classes of PostgreSQL's appendix A. */
function failureOf(code: string): StoreFailure {
  if (code === '53100' || code === '53200') return 'full';
  // connection exceptions, transaction rollback (a deadlock however often), insufficient resources, operator intervention, system errors
  return /^(08|40|53|57|58)/.test(code) ? 'unavailable' : 'refused';
}

function causedByLackOfRoom({ cause }: Error): boolean {
  return cause instanceof DatabaseError && failureOf(cause.code ?? '') === 'full';
}

/** What `pg` throws for a socket that cannot be opened or was lost: no class of its own, but these codes and words. */
function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/.test(code)) return true;
  // of a socket; a file that is not there has the same code
  if (code === 'ENOENT') return syscall === 'connect';
  return /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered)/.test(
    error.message,
  );
}
