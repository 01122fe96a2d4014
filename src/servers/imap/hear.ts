/** What a session does with each event of its receiver: whose it is, and how it ends. Called by session.ts. */
import type { ReceiverEvent } from '#protocol/imap/receiver/event';
import { carryOut } from './commands.ts';
import { takeAuthLine } from './commands/authenticate.ts';
import { endIdle } from './commands/idle.ts';
import type { Ended } from './ended.ts';
import { BYES } from './responses/replies.ts';
import { bad, no, type Reply } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';
import { beginMessage, endMessage, takePiece } from './take-message.ts';

/** The end of a command, now or later; undefined where it goes on; or the last word of the session. */
export type Heard = Ended | Promise<Ended | undefined> | { readonly bye: string } | undefined;

export function hear(state: SessionState, event: ReceiverEvent): Heard {
  switch (event.kind) {
    case 'command':
      return carryOut(state, event.tag, event.command);
    case 'continue':
      state.out.text('+ OK\r\n');
      return undefined;
    case 'message-begin':
      return beginMessage(state, event);
    case 'message-piece':
      return takePiece(state, event.bytes);
    case 'message-end':
      return endMessage(state);
    case 'refused':
      return { tag: event.tag, reply: state.refusal! };
    case 'line':
      return state.authenticating === undefined
        ? endIdle(state, event.line)
        : takeAuthLine(state, event.line);
    case 'message-error':
      state.appending = undefined;
      return { tag: event.tag, reply: bad(event.text), expunges: false };
    case 'error':
      return { tag: event.tag ?? '*', reply: errorReply(event), expunges: false };
    case 'tls-handshake':
      return { bye: BYES.tlsWithoutStartTls };
    case 'http-request':
      return { bye: BYES.http };
    case 'runaway':
      return { bye: BYES.runaway };
    default:
      return event satisfies never;
  }
}

/** What the receiver could not read. */
function errorReply({
  text,
  code,
}: {
  readonly text: string;
  readonly code?: string | undefined;
}): Reply {
  return code === undefined ? bad(text) : no(text, code);
}
