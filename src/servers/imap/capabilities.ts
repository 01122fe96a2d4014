/** CAPABILITY (RFC 9051 §6.1.1): what this server can do, for the state that the session is in. Nothing stands here that does not work. */
import { NO_CHANNEL_BINDINGS } from '#protocol/sasl/channel-binding';
import { offeredMechanisms, type Mechanism } from '#protocol/sasl/mechanisms';
import type { SessionState } from './session-state.ts';

const ALWAYS = ['IMAP4rev1', 'SASL-IR', 'LITERAL+', 'ID', 'ENABLE'];

const AFTER_LOGIN: readonly string[] = [];

/** What AUTHENTICATE takes on this connection. */
export function mechanismsOf(state: SessionState): readonly Mechanism[] {
  return offeredMechanisms({
    tls: state.tls === 'active',
    channelBinding: state.bindings !== NO_CHANNEL_BINDINGS,
  });
}

export function capabilities(state: SessionState): readonly string[] {
  if (state.login !== undefined)
    return [...ALWAYS, ...AFTER_LOGIN, `APPENDLIMIT=${state.settings.limits.messageSize}`];
  return [
    ...ALWAYS,
    ...(state.tls === 'offered' ? ['STARTTLS'] : []),
    ...(state.tls === 'active' ? [] : ['LOGINDISABLED']),
    ...mechanismsOf(state).map((mechanism) => `AUTH=${mechanism}`),
  ];
}

/** As a response code: of the greeting and of the reply to a login, so that no client needs to ask. */
export function capabilityCode(state: SessionState): string {
  return `CAPABILITY ${capabilities(state).join(' ')}`;
}
