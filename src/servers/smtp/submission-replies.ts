/** Replies to a submission that is refused: RFC 6409, RFC 5322 §3.6, and what an account may send in a time. */
import type { SubmissionRefusal } from '#mail/submit/submission';
import type { ErrorReplies } from './replies.ts';
import { wireReply, type WireReply } from './wire-reply.ts';

const TOO_MANY_HOPS = wireReply(
  554,
  '5.4.6',
  'Over a hundred Received fields: the message goes in circles',
);

const HEADER_TOO_LONG = wireReply(554, '5.6.0', 'The header is longer than a megabyte');

const SUBMISSION = {
  'repeated-field': ({ field }) =>
    wireReply(
      554,
      '5.6.0',
      `The header field ${field} stands more than once (RFC 5322 section 3.6)`,
    ),
  'unreadable-field': ({ field }) =>
    wireReply(
      554,
      '5.6.0',
      `The addresses of the header field ${field} cannot be read (RFC 5322 section 3.4)`,
    ),
  'not-yours': ({ field, address }) =>
    wireReply(550, '5.7.1', `${field} names ${address}, and your account may not send as that`),
  'broken-header': ({ offset }) =>
    wireReply(
      554,
      '5.6.0',
      `At octet ${offset} of the header stands a line that is no field (RFC 5322 section 2.2)`,
    ),
  'header-too-long': () => HEADER_TOO_LONG,
  'too-many-hops': () => TOO_MANY_HOPS,
  // temporary: what an honest program sends too much of waits there until tomorrow
  'daily-limit': ({ limit, most, until }) => {
    const what =
      limit === 'messages'
        ? `has sent the ${most} messages`
        : `has written to the ${most} new recipients`;
    const when = new Date(until).toISOString().slice(0, 16).replace('T', ' ');
    return wireReply(
      452,
      '4.7.1',
      `Your account ${what} that it may in a day: more is taken from ${when} UTC on`,
    );
  },
  'account-pace': ({ limit, most, seconds }) =>
    wireReply(
      450,
      '4.7.1',
      `Your account may send ${most} messages ${limit === 'minute' ? 'a minute' : 'an hour'}: try again in ${seconds} seconds`,
    ),
} satisfies ErrorReplies<SubmissionRefusal>;

export function submissionReply(refusal: SubmissionRefusal): WireReply {
  return (SUBMISSION[refusal.kind] as (refusal: SubmissionRefusal) => WireReply)(refusal);
}
