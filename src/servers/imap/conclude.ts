/** The end of a command: what changed meanwhile is told, then the tagged reply; and too many wrong ones end the session. Called by session.ts. */
import type { Ended } from './ended.ts';
import { BYES } from './responses/replies.ts';
import { taggedLine } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';
import { sayComplete, tellUpdates } from './updates.ts';

/** @returns what follows */
export function conclude(
  state: SessionState,
  { tag, reply, expunges = true }: Ended,
): SessionState['after'] {
  if (reply.status === 'BAD') state.bad++;
  else state.bad = 0;
  tellUpdates(state, { expunges });
  sayComplete(state);
  state.out.text(taggedLine(tag, reply));
  const { limits } = state.settings;
  if (state.after === 'nothing') {
    if (state.bad >= limits.badCommands) state.end(BYES.tooManyBad);
    else if (state.login === undefined && ++state.commands >= limits.commandsBeforeLogin)
      state.end(BYES.tooManyBeforeLogin);
  }
  const { after } = state;
  state.after = 'nothing';
  return after;
}
