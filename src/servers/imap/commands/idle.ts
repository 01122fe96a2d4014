/** IDLE (RFC 9051 §6.3.13): until DONE, what changes in the mailbox is told as it happens. */
import { latin1 } from '#bytes';
import type { Ended, Handled } from '#servers/imap/ended';
import { bad, ok, type Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';

export function idle(state: SessionState, _command: unknown, tag: string): Handled {
  const { selected } = state;
  if (selected === undefined) return begin(state, tag);
  return selected.open.refresh().then(() => begin(state, tag));
}

function begin(state: SessionState, tag: string): undefined {
  state.idling = tag;
  state.listenToSelected();
  state.receiver.expectLine();
  state.out.text('+ idling\r\n');
}

/** The line that ends it. */
export function endIdle(state: SessionState, line: Uint8Array): Ended {
  const tag = state.idling!;
  state.idling = undefined;
  state.listenToSelected();
  return { tag, reply: /^done$/i.test(latin1(line)) ? DONE : NOT_DONE };
}

const DONE: Reply = ok('Idle no more');
const NOT_DONE: Reply = bad('IDLE ends with DONE');
