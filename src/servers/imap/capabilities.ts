/** CAPABILITY (RFC 9051 §6.1.1): what this server can do, for the state that the session is in. Nothing stands here that does not work. */
import { NO_CHANNEL_BINDINGS } from '#protocol/sasl/channel-binding';
import { offeredMechanisms, type Mechanism } from '#protocol/sasl/mechanisms';
import type { SessionState } from './session-state.ts';

/** Before the login too. */
const ALWAYS = ['IMAP4rev1', 'IMAP4rev2', 'SASL-IR', 'LITERAL+', 'ID', 'ENABLE'];

const AFTER_LOGIN = [
  'BINARY',
  'CHILDREN',
  'CONDSTORE',
  'CREATE-SPECIAL-USE',
  'ESEARCH',
  'ESORT',
  'IDLE',
  'INPROGRESS',
  'LIST-EXTENDED',
  'LIST-METADATA',
  'LIST-STATUS',
  'METADATA',
  'MOVE',
  'MULTIAPPEND',
  'NAMESPACE',
  'NOTIFY',
  'OBJECTID',
  'PARTIAL',
  'PREVIEW',
  'QRESYNC',
  'QUOTA',
  'QUOTA=RES-MESSAGE',
  'QUOTA=RES-STORAGE',
  'REPLACE',
  'SAVEDATE',
  'SEARCHRES',
  'SORT',
  'SORT=DISPLAY',
  'SPECIAL-USE',
  'STATUS=SIZE',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'UIDBATCHES',
  'UIDONLY',
  'UIDPLUS',
  'UNAUTHENTICATE',
  'UNSELECT',
  'UTF8=ACCEPT',
  'WITHIN',
];

/** What AUTHENTICATE takes on this connection. */
export function mechanismsOf(state: SessionState): readonly Mechanism[] {
  return offeredMechanisms({
    tls: state.tls === 'active',
    channelBinding: state.bindings !== NO_CHANNEL_BINDINGS,
  });
}

export function capabilities(state: SessionState): readonly string[] {
  if (state.login !== undefined)
    return [
      ...ALWAYS,
      ...AFTER_LOGIN,
      ...(state.link.compression === undefined ? ['COMPRESS=DEFLATE'] : []),
      `APPENDLIMIT=${state.settings.limits.messageSize}`,
    ];
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
