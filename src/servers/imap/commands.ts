/** Which handler carries out which command, in which state of the session it is legal, and what may be told at its end. */
import type { Command, CommandOf, Verb } from '#protocol/imap/command';
import { append, replace } from './commands/append.ts';
import { authenticate } from './commands/authenticate.ts';
import { capability } from './commands/capability.ts';
import { close, unselect } from './commands/close.ts';
import { compress } from './commands/compress.ts';
import { copy } from './commands/copy.ts';
import { create } from './commands/create.ts';
import { deleteMailbox } from './commands/delete.ts';
import { enable } from './commands/enable.ts';
import { expunge } from './commands/expunge.ts';
import { fetch } from './commands/fetch.ts';
import { id } from './commands/id.ts';
import { idle } from './commands/idle.ts';
import { list } from './commands/list.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { lsub } from './commands/lsub.ts';
import { getMetadata, setMetadata } from './commands/metadata.ts';
import { namespace } from './commands/namespace.ts';
import { noop } from './commands/noop.ts';
import { notify } from './commands/notify.ts';
import { getQuota, getQuotaRoot, setQuota } from './commands/quota.ts';
import { rename } from './commands/rename.ts';
import { search } from './commands/search.ts';
import { select } from './commands/select.ts';
import { sort } from './commands/sort.ts';
import { starttls } from './commands/starttls.ts';
import { status } from './commands/status.ts';
import { store } from './commands/store.ts';
import { subscribe } from './commands/subscribe.ts';
import { thread } from './commands/thread.ts';
import { uidBatches } from './commands/uid-batches.ts';
import { unauthenticate } from './commands/unauthenticate.ts';
import type { Ended, Handled } from './ended.ts';
import { failureReply } from './failure.ts';
import { BrokenResponse, ClientGone } from './link.ts';
import { illegalReply, numbersReply, type Phase } from './phase.ts';
import type { Reply } from './responses/reply.ts';
import type { SessionState } from './session-state.ts';

type Handler<V extends Verb> = (state: SessionState, command: CommandOf<V>, tag: string) => Handled;

interface Rule<V extends Verb> {
  readonly phase: Phase;
  readonly run: Handler<V>;
}

const RULES: { readonly [V in Verb]: Rule<V> } = {
  CAPABILITY: { phase: 'any', run: capability },
  NOOP: { phase: 'any', run: noop },
  LOGOUT: { phase: 'any', run: logout },
  ID: { phase: 'any', run: id },
  STARTTLS: { phase: 'before-login', run: starttls },
  AUTHENTICATE: { phase: 'before-login', run: authenticate },
  LOGIN: { phase: 'before-login', run: login },
  ENABLE: { phase: 'logged-in', run: enable },
  SELECT: { phase: 'logged-in', run: select },
  EXAMINE: { phase: 'logged-in', run: select },
  LIST: { phase: 'logged-in', run: list },
  CHECK: { phase: 'selected', run: noop },
  CLOSE: { phase: 'selected', run: close },
  UNSELECT: { phase: 'selected', run: unselect },
  FETCH: { phase: 'selected', run: fetch },
  STORE: { phase: 'selected', run: store },
  EXPUNGE: { phase: 'selected', run: expunge },
  COPY: { phase: 'selected', run: copy },
  MOVE: { phase: 'selected', run: copy },
  SEARCH: { phase: 'selected', run: search },
  SORT: { phase: 'selected', run: sort },
  THREAD: { phase: 'selected', run: thread },
  UIDBATCHES: { phase: 'selected', run: uidBatches },
  IDLE: { phase: 'logged-in', run: idle },
  LSUB: { phase: 'logged-in', run: lsub },
  STATUS: { phase: 'logged-in', run: status },
  CREATE: { phase: 'logged-in', run: create },
  DELETE: { phase: 'logged-in', run: deleteMailbox },
  RENAME: { phase: 'logged-in', run: rename },
  SUBSCRIBE: { phase: 'logged-in', run: subscribe },
  UNSUBSCRIBE: { phase: 'logged-in', run: subscribe },
  APPEND: { phase: 'logged-in', run: append },
  REPLACE: { phase: 'selected', run: replace },
  NAMESPACE: { phase: 'logged-in', run: namespace },
  GETQUOTA: { phase: 'logged-in', run: getQuota },
  GETQUOTAROOT: { phase: 'logged-in', run: getQuotaRoot },
  SETQUOTA: { phase: 'logged-in', run: setQuota },
  GETMETADATA: { phase: 'logged-in', run: getMetadata },
  SETMETADATA: { phase: 'logged-in', run: setMetadata },
  NOTIFY: { phase: 'logged-in', run: notify },
  COMPRESS: { phase: 'logged-in', run: compress },
  UNAUTHENTICATE: { phase: 'logged-in', run: unauthenticate },
};

/** Carries out a command where it is legal now. @throws ClientGone, BrokenResponse: nothing more can be said */
export function carryOut(
  state: SessionState,
  tag: string,
  command: Command,
): Ended | Promise<Ended | undefined> | undefined {
  const { phase, run } = RULES[command.verb] as Rule<Verb>;
  const illegal = illegalReply(state, phase) ?? numbersReply(state, command);
  if (illegal !== undefined) return { tag, reply: illegal, expunges: false };
  const end = { tag, expunges: expungesAtEnd(command) };
  const handled = run(state, command, tag);
  if (handled instanceof Promise) return ended(state, end, handled);
  return handled && { ...end, reply: handled };
}

async function ended(
  state: SessionState,
  end: Omit<Ended, 'reply'>,
  coming: Promise<Reply | undefined>,
): Promise<Ended | undefined> {
  try {
    const reply = await coming;
    return reply && { ...end, reply };
  } catch (error) {
    if (error instanceof ClientGone || error instanceof BrokenResponse) throw error;
    return { ...end, reply: failureReply(state, error) };
  }
}

/** RFC 9051 §7.5.1: message numbers that the client has just used must not move under it. */
function expungesAtEnd(command: Command): boolean {
  return !('uid' in command) || command.uid || !NUMBERS_STAY.has(command.verb);
}

const NUMBERS_STAY: ReadonlySet<Verb> = new Set(['FETCH', 'STORE', 'SEARCH', 'SORT', 'THREAD']);
