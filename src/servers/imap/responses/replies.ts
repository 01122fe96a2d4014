/**
 * Every reply of the IMAP servers: one table from outcomes to replies. A new outcome anywhere in the domain does not compile until it
 * has its reply here. Texts are for the person who must act on them. RFC 9051 §7.1 and RFC 5530 (response codes).
 */
import type { ConnectionRefusal } from '#servers/net/listener';
import type { SaslFailureReason } from '#servers/net/sasl-exchange';
import type { Appended } from '#store/mailboxes/change/append';
import type { FlagsStored } from '#store/mailboxes/change/flags';
import type { MailboxCreated } from '#store/mailboxes/tree/create';
import { METADATA_LIMITS, type MetadataSet } from '#store/mailboxes/tree/metadata';
import type { MailboxRemoved } from '#store/mailboxes/tree/remove';
import type { MailboxRenamed } from '#store/mailboxes/tree/rename';
import type { Subscribed } from '#store/mailboxes/tree/subscribe';
import type { StoreFailure } from '#store/writer/failure';
import { bad, byeLine, no, ok, type Reply } from './reply.ts';

/** Replies that do not depend on anything. */
export const REPLIES = {
  startTls: ok('Begin the handshake'),
  tlsActive: bad('TLS is active already'),
  tlsUnavailable: no('There is no TLS here', 'CANNOT'),
  loginNeedsTls: no('Send STARTTLS first: no password goes in clear', 'PRIVACYREQUIRED'),
  unknownMechanism: no('The mechanism is not offered; CAPABILITY lists those that are', 'CANNOT'),
  authCancelled: bad('Authentication cancelled'),
  authNotBase64: bad('The response is not base64'),
  authLineTooLong: bad('The response is too long'),
  loginsBusy: no('Too many logins at once: try again in a moment', 'UNAVAILABLE'),
  loginUnavailable: no('Nobody can log in at present: try again later', 'UNAVAILABLE'),
  alreadyLoggedIn: bad('You are logged in already'),
  notLoggedIn: bad('Log in first'),
  notSelected: bad('Select a mailbox first'),
  readOnly: no('The mailbox is open for reading only'),
  earlyTls: bad('Data followed STARTTLS before its reply'),
  qresyncNotEnabled: bad('Send ENABLE QRESYNC first'),
  noSuchMailbox: no('There is no such mailbox', 'NONEXISTENT'),
  tryCreate: no('There is no such mailbox; create it first', 'TRYCREATE'),
  noSuchNumber: bad('There is no message of that number'),
  noSuchMessage: no('There is no such message'),
  someExpunged: no('Some of the messages are gone', 'EXPUNGEISSUED'),
  unknownEncoding: no('A part has a transfer encoding that is not known', 'UNKNOWN-CTE'),
  badUse: no('A mailbox has one special use at most, of those that LIST tells', 'USEATTR'),
  noSuchRoot: no('There is no such quota root', 'NONEXISTENT'),
  quotaNotYours: no('Limits are for the operator to set', 'NOPERM'),
  unknownCompression: no('Only DEFLATE is offered'),
  compressed: no('What is said is deflated already', 'COMPRESSIONACTIVE'),
  tooManyCompressed: no('Too many sessions are compressed at present', 'LIMIT'),
  batchTooSmall: no('A batch has 500 messages at least', 'TOOFEW'),
  batchesReversed: bad('Write the lower number of a batch first', 'CLIENTBUG'),
  tooManyBatches: no('The batches have more than 100,000 messages together', 'TOOMANY'),
  badEntry: bad('An entry is below /private/ or /shared/, in printable ASCII without * and %'),
  sharedNotYours: no('Annotations of the server are for the operator to set', 'NOPERM'),
  notWithUidOnly: bad('With UIDONLY only UIDs name messages', 'UIDREQUIRED'),
  emptyMessage: no('A message has one octet at least'),
  messageTooLarge: no('The message is larger than APPENDLIMIT', 'TOOBIG'),
  tooManyMessages: no('Too many messages in one command: send the others in another one', 'LIMIT'),
  tooManyCopies: no('The account has too many copies of its messages', 'LIMIT'),
  utf8NotEnabled: bad('Send ENABLE UTF8=ACCEPT first'),
} satisfies Record<string, Reply>;

/** Of APPEND and REPLACE. */
export const appendReplies = {
  'no-such-mailbox': REPLIES.tryCreate,
  'over-quota': no('The account has no room for this', 'OVERQUOTA'),
  'too-many-keywords': no('The mailbox has too many keywords', 'LIMIT'),
} satisfies Record<Exclude<Appended['kind'], 'appended'>, Reply>;

export const storeFlagsReplies = {
  'no-such-mailbox': REPLIES.noSuchMailbox,
  'too-many-keywords': no('The mailbox has too many keywords', 'LIMIT'),
} satisfies Record<Exclude<FlagsStored['kind'], 'stored'>, Reply>;

const EXISTS = no('There is such a mailbox already', 'ALREADYEXISTS');
const BAD_NAME = no('A mailbox cannot have this name', 'CANNOT');
const TOO_MANY_MAILBOXES = no('The account has too many mailboxes', 'LIMIT');

export const createReplies = {
  exists: EXISTS,
  'role-taken': no('Another mailbox has this special use', 'USEATTR'),
  'too-many': TOO_MANY_MAILBOXES,
  'bad-name': BAD_NAME,
} satisfies Record<Exclude<MailboxCreated['kind'], 'created'>, Reply>;

export const deleteReplies = {
  removed: ok('Deleted'),
  'no-such-mailbox': REPLIES.noSuchMailbox,
  'has-children': no('Other mailboxes lie below it: delete them first', 'HASCHILDREN'),
  'is-inbox': no('INBOX cannot be deleted', 'CANNOT'),
} satisfies Record<MailboxRemoved['kind'], Reply>;

export const renameReplies = {
  renamed: ok('Renamed'),
  'no-such-mailbox': REPLIES.noSuchMailbox,
  exists: EXISTS,
  'into-itself': no('A mailbox cannot lie below itself', 'CANNOT'),
  'too-many': TOO_MANY_MAILBOXES,
  'bad-name': BAD_NAME,
} satisfies Record<MailboxRenamed['kind'], Reply>;

export const subscribeReplies = {
  done: ok('Done'),
  'too-many': no('Too many names are subscribed that are no mailboxes', 'LIMIT'),
  'bad-name': BAD_NAME,
} satisfies Record<Subscribed['kind'], Reply>;

export const metadataReplies = {
  done: ok('Annotations set'),
  'no-such-mailbox': REPLIES.noSuchMailbox,
  'too-many': no('Too many annotations', 'METADATA TOOMANY'),
  'too-big': no('A value is too large', `METADATA MAXSIZE ${METADATA_LIMITS.valueOctets}`),
} satisfies Record<MetadataSet['kind'], Reply>;

/** Last words. */
export const BYES = {
  logout: byeLine('Until next time'),
  shuttingDown: byeLine('The server is stopping: connect again in a moment', 'UNAVAILABLE'),
  idle: byeLine('Nothing came for too long'),
  late: byeLine('No login came in time'),
  tooManyLogins: byeLine('Too many failed logins in this session'),
  tooManyBad: byeLine('Too many commands in a row that are none'),
  tooManyBeforeLogin: byeLine('Too many commands before a login'),
  mailboxGone: byeLine('The selected mailbox was deleted'),
  runaway: byeLine('Too much data without an end'),
  earlyTls: byeLine('Data followed STARTTLS before its reply (RFC 9051 section 6.2.1)'),
  http: byeLine('This is IMAP, not HTTP'),
  tlsWithoutStartTls: byeLine(
    'A TLS handshake came, but this port begins in clear: use STARTTLS, or the port for implicit TLS',
  ),
} satisfies Record<string, string>;

/** To a connection that is not taken. */
export const connectionByes = {
  'too-many': byeLine('Too many connections: try again in a moment', 'UNAVAILABLE'),
  'too-many-from-address': byeLine(
    'Too many connections from your address: close some, or try again in a moment',
    'LIMIT',
  ),
  'too-fast': byeLine(
    'Too many connections from your address or its network within a minute: slow down',
    'LIMIT',
  ),
  banned: byeLine(
    'Connections from your address are refused for a time, for what came from it before',
    'UNAVAILABLE',
  ),
  'no-proxy-header': byeLine('The connection must begin with a PROXY protocol header'),
} satisfies Record<ConnectionRefusal, string>;

const WRONG_CREDENTIALS = no('The name or the password is wrong', 'AUTHENTICATIONFAILED');

/** Nothing was checked: not even the owner of the name should think that the password is wrong. */
export function loginLater(seconds: number): Reply {
  return no(
    `Too many failed logins: nothing was checked, try again in ${seconds} seconds`,
    'UNAVAILABLE',
  );
}

export const loginFailureReplies = {
  malformed: bad('The response is not what the mechanism asks for'),
  'too-long': REPLIES.authLineTooLong,
  'unusable-text': WRONG_CREDENTIALS,
  'wrong-credentials': WRONG_CREDENTIALS,
  'out-of-scope': no('This app password is not for reading mail', 'AUTHORIZATIONFAILED'),
  'authorization-identity': no(
    'This login may not act as another one: leave the authorization identity out',
    'AUTHORIZATIONFAILED',
  ),
  'channel-binding': no(
    'The channel binding does not fit this TLS connection: somebody may sit in between',
    'AUTHENTICATIONFAILED',
  ),
} satisfies Record<SaslFailureReason, Reply>;

export const storeReplies = {
  unavailable: no('The message store cannot be reached: try again later', 'UNAVAILABLE'),
  full: no('The message store is full: try again later', 'OVERQUOTA'),
  refused: no('The message store refused this: tell postmaster', 'SERVERBUG'),
} satisfies Record<StoreFailure, Reply>;

/** An error that nobody foresaw; it is in the log. */
export const INTERNAL_ERROR = no('Internal error: tell postmaster', 'SERVERBUG');
