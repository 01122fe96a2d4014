/** Events of what was refused before there was a message to hang them on; the composition root buffers them. */
import { event, type EventIds } from '#events';
import type { Listener } from '#mail/receive/envelope';
import { formatMailbox, type Mailbox } from '#protocol/address/mailbox';
import type { SessionState } from './session-state.ts';
import type { SmtpServices } from './settings.ts';
import type { WireReply } from './wire-reply.ts';

export interface RefusalFacts {
  readonly verb: string;
  readonly reply: WireReply;
  /** The outcome's name. */
  readonly reason: string;
  readonly reversePath?: Mailbox | null;
  readonly forwardPath?: Mailbox;
}

/** A connection that never became a session. */
export function noteSessionRefused(
  { clock, note }: Pick<SmtpServices, 'clock' | 'note'>,
  listener: Listener,
  client: string,
  reason: string,
): void {
  const fields = { public: { listener, reason }, personal: { client } };
  note(event('session.refused', clock.now(), {}, fields));
}

/** A command that was refused for what it asks, not for how it is written. */
export function noteCommandRefused(state: SessionState, facts: RefusalFacts): void {
  note(state, 'command.refused', { sessionId: state.id }, facts);
}

/** Content that was refused; the message has an id, though nothing of it is stored. */
export function noteMessageRefused(state: SessionState, facts: RefusalFacts): void {
  const messageId = state.transaction?.envelope.messageId;
  const ids = { sessionId: state.id, ...(messageId !== undefined && { messageId }) };
  note(state, 'message.refused', ids, facts);
}

function note(
  state: SessionState,
  type: 'command.refused' | 'message.refused',
  ids: EventIds,
  { verb, reply, reason, reversePath, forwardPath }: RefusalFacts,
): void {
  const { services, login } = state;
  const whose = login && {
    accountId: login.accountId,
    credentialId: login.credentialId,
    tenantId: login.tenantId,
  };
  services.note(
    event(
      type,
      services.clock.now(),
      { ...ids, ...whose },
      {
        public: { verb, code: reply.code, enhanced: reply.enhanced ?? null, reason },
        personal: {
          client: state.address,
          ...(reversePath !== undefined && {
            reversePath: reversePath === null ? '' : formatMailbox(reversePath),
          }),
          ...(forwardPath && { forwardPath: formatMailbox(forwardPath) }),
        },
      },
    ),
  );
}
