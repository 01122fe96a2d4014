/** What to answer when the store, or anything else, failed; logged here, once. */
import { storeFailure } from '#store/writer/failure';
import { BrokenResponse } from './link.ts';
import { INTERNAL_ERROR, storeReplies } from './responses/replies.ts';
import type { Reply } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';

export function failureReply(state: SessionState, thrown: unknown): Reply {
  const error = (thrown instanceof BrokenResponse ? thrown.cause : undefined) ?? thrown;
  const { log } = state.services;
  const failure = storeFailure(error);
  const fields = { session: state.id, error: (error as Error).message };
  const { stack } = error as Error;
  if (failure === undefined) log.error('imap.bug', { ...fields, stack });
  // what PostgreSQL refuses was asked wrongly
  else if (failure === 'refused') log.error('imap.store-failed', { ...fields, failure, stack });
  else log.warn('imap.store-failed', { ...fields, failure });
  return failure === undefined ? INTERNAL_ERROR : storeReplies[failure];
}
