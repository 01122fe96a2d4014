/** What is told while no command is under way: in IDLE, and where NOTIFY asked for it (RFC 5465), at once. Called by session.ts. */
import { fetchArrivals } from './commands/fetch.ts';
import type { SessionState } from './session-state.ts';
import { tellChanges } from './tell-watched.ts';
import { tellUpdates } from './updates.ts';

/** A promise where the store has to be asked for what is told; `state.after` may say that the session ends. */
export function tellUnasked(state: SessionState): Promise<undefined> | undefined {
  const { idling, notifying, selected } = state;
  // between a command and its message nothing else is said
  if (state.appending !== undefined || state.authenticating !== undefined) return undefined;
  const events = notifying?.selected;
  if (notifying === undefined && idling !== undefined) tellUpdates(state, { expunges: true });
  else if (events !== undefined)
    tellUpdates(state, {
      expunges: events.expunges || idling !== undefined,
      flags: events.flags,
    });
  if (typeof state.after === 'object') return undefined;
  if (events !== undefined && selected?.unfetched !== undefined)
    return fetchArrivals(state, events.fetch);
  const watch = notifying?.watch;
  return watch?.dirty === true ? tellChanges(state, watch) : undefined;
}
