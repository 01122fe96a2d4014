/** Whether a command is legal now: by what the session has come to (RFC 9051 §3), and by what the client switched on. */
import type { Command } from '#protocol/imap/command';
import { REPLIES } from './responses/replies.ts';
import type { Reply } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';

/** From when on a command is legal. */
export type Phase = 'any' | 'before-login' | 'logged-in' | 'selected';

export function illegalReply({ login, selected }: SessionState, phase: Phase): Reply | undefined {
  if (phase === 'any') return undefined;
  if (phase === 'before-login') return login && REPLIES.alreadyLoggedIn;
  if (login === undefined) return REPLIES.notLoggedIn;
  if (phase === 'selected' && selected === undefined) return REPLIES.notSelected;
  return undefined;
}

/** RFC 9586 §3: with UIDONLY there are no message numbers, neither in commands nor in their answers. */
export function numbersReply({ enabled }: SessionState, command: Command): Reply | undefined {
  return enabled.uidOnly && 'uid' in command && !command.uid ? REPLIES.notWithUidOnly : undefined;
}
