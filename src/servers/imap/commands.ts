/** Which handler carries out which command, in which state of the session it is legal, and what may be told at its end. */
import type { Command, Verb } from '#protocol/imap/command';
import { authenticate } from './commands/authenticate.ts';
import { capability } from './commands/capability.ts';
import { close, unselect } from './commands/close.ts';
import { enable } from './commands/enable.ts';
import { fetch } from './commands/fetch.ts';
import { id } from './commands/id.ts';
import { list } from './commands/list.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { noop } from './commands/noop.ts';
import { select } from './commands/select.ts';
import { getMetadata, setMetadata } from './commands/metadata.ts';
import { namespace } from './commands/namespace.ts';
import { notify } from './commands/notify.ts';
import { getQuota, getQuotaRoot, setQuota } from './commands/quota.ts';
import { rename } from './commands/rename.ts';
import { search } from './commands/search.ts';
import { sort } from './commands/sort.ts';
import { starttls } from './commands/starttls.ts';
import { status } from './commands/status.ts';
import { store } from './commands/store.ts';
import { subscribe } from './commands/subscribe.ts';
import { thread } from './commands/thread.ts';
import { uidBatches } from './commands/uid-batches.ts';
import { unauthenticate } from './commands/unauthenticate.ts';
import { compress } from './commands/compress.ts';
import { copy } from './commands/copy.ts';
import { create } from './commands/create.ts';
import { deleteMailbox } from './commands/delete.ts';
import { expunge } from './commands/expunge.ts';
import { idle } from './commands/idle.ts';
import { lsub } from './commands/lsub.ts';
import { failureReply } from './failure.ts';
import { BrokenResponse, ClientGone } from './link.ts';
import { REPLIES } from './replies.ts';
import type { Reply } from './reply.ts';
import type { SessionState } from './session-state.ts';

/** How a command ended. */
export interface Ended {
  readonly tag: string;
  readonly reply: Reply;
  /** Whether EXPUNGE may be told before the reply; it may, unless said otherwise. */
  readonly expunges?: boolean;
  /** The command itself may have brought messages into the selected mailbox. */
  readonly ownArrivals?: boolean;
}

/** A reply, now or later; undefined where a line of the client belongs to the command and must come first. */
export type Handled = Reply | Promise<Reply | undefined> | undefined;

/** The command with one of these verbs, also where several share a shape. */
export type CommandOf<V extends Verb> = OfVerb<Command, V>;
type OfVerb<C, V extends Verb> = C extends Command
  ? V & C['verb'] extends never
    ? never
    : C & { readonly verb: V }
  : never;

type Handler<V extends Verb> = (state: SessionState, command: CommandOf<V>, tag: string) => Handled;

/** RFC 9051 §3: in which states a command is legal. */
type Phase = 'any' | 'before-login' | 'logged-in' | 'selected';

interface Rule<V extends Verb> {
  readonly phase: Phase;
  readonly run: Handler<V>;
}

/** Verbs whose message comes before their end: appending.ts. */
type WithMessage = 'APPEND' | 'REPLACE';

const RULES: { readonly [V in Exclude<Verb, WithMessage>]: Rule<V> } = {
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
  command: Exclude<Command, { verb: WithMessage }>,
): Ended | Promise<Ended | undefined> | undefined {
  const { phase, run } = RULES[command.verb] as Rule<Verb>;
  const illegal = illegalReply(state, phase) ?? numbersReply(state, command);
  if (illegal !== undefined) return { tag, reply: illegal, expunges: false };
  const end = { tag, expunges: expungesAtEnd(command), ownArrivals: command.verb === 'COPY' };
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

function illegalReply(state: SessionState, phase: Phase): Reply | undefined {
  if (phase === 'any') return undefined;
  if (phase === 'before-login') return state.login && REPLIES.alreadyLoggedIn;
  if (state.login === undefined) return REPLIES.notLoggedIn;
  if (phase === 'selected' && state.selected === undefined) return REPLIES.notSelected;
  return undefined;
}

/** RFC 9586 §3: with UIDONLY there are no message numbers, neither in commands nor in their answers. */
export function numbersReply({ enabled }: SessionState, command: Command): Reply | undefined {
  return enabled.uidOnly && 'uid' in command && !command.uid ? REPLIES.notWithUidOnly : undefined;
}

/** RFC 9051 §7.5.1: message numbers that the client has just used must not move under it. */
function expungesAtEnd(command: Command): boolean {
  return !('uid' in command) || command.uid || !NUMBERS_STAY.has(command.verb);
}

const NUMBERS_STAY: ReadonlySet<Verb> = new Set(['FETCH', 'STORE', 'SEARCH', 'SORT', 'THREAD']);
