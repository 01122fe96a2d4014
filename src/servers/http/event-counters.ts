/** Counters of what was committed, by what an event says of it. */
import { Counter, type Registry } from 'prom-client';
import type { Event, EventType } from '#events';

export function eventCounters(registry: Registry): (events: readonly Event[]) => void {
  const counters = countersIn(registry);
  const counts = countsBy(counters);
  return (list) => {
    for (const one of list) {
      counters.events.inc({ type: one.type });
      counts[one.type]?.(one);
    }
  };
}

type Counters = ReturnType<typeof countersIn>;

function countersIn(registry: Registry) {
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name: `hikyaku_${name}_total`, help, labelNames, registers: [registry] });
  return {
    events: counter('events', 'Events in the event log, by type.', ['type']),
    received: counter('messages_received', 'Messages taken by the MX listener.', ['tls']),
    submitted: counter('messages_submitted', 'Messages handed in by accounts.', ['channel']),
    octets: counter('message_octets', 'Octets of the messages that came in.'),
    refused: counter('refusals', 'Commands and messages refused.', ['verb', 'code']),
    attempts: counter('attempts', 'Recipients tried, by outcome and stage.', ['outcome', 'stage']),
    handshakes: counter(
      'tls_handshakes_failed',
      'TLS handshakes of clients that came to nothing, by listener.',
      ['listener'],
    ),
    outbound: counter(
      'tls_sessions_judged',
      'Sessions with other hosts that are held to a TLS policy or failed without one, by policy and result.',
      ['policy', 'result', 'delivers'],
    ),
    logins: counter('authentications', 'Logins, by result.', ['result']),
    scans: counter('scans', 'Messages by what the content scanner said of them.', ['result']),
    lessons: counter('scanner_lessons', 'Messages that the content scanner was taught.', [
      'class',
      'result',
    ]),
    limited: counter('accounts_limited', 'Accounts that reached a limit of the day.', ['limit']),
    banned: counter('bans_imposed', 'Bans, by reason.', ['reason']),
    bounces: counter(
      'bounces',
      'Notices that bulk mail did not arrive, by what they say of the address.',
      ['class', 'reason'],
    ),
    suppressed: counter(
      'suppressions',
      'Addresses that bulk mail is not sent to from then on, by reason.',
      ['reason'],
    ),
    withheld: counter(
      'recipients_suppressed',
      'Recipients that bulk mail was not sent to, by reason.',
      ['reason'],
    ),
    notices: counter('notices', 'Notices to authors, by kind.', ['kind']),
  };
}

type Count = (event: Event) => void;

/** What each event counts, beside itself. */
function countsBy(counters: Counters): Partial<Record<EventType, Count>> {
  const attempted =
    (outcome: string): Count =>
    ({ public: fields }) =>
      counters.attempts.inc({ outcome, stage: label(fields, 'stage') });
  const refusal: Count = ({ public: fields }) =>
    counters.refused.inc({ verb: label(fields, 'verb'), code: label(fields, 'code') });
  return {
    'message.received': ({ public: fields }) => {
      counters.received.inc({ tls: label(fields, 'tls') });
      counters.octets.inc(size(fields));
    },
    'message.submitted': ({ public: fields }) => {
      counters.submitted.inc({ channel: label(fields, 'channel') });
      counters.octets.inc(size(fields));
    },
    'message.judged': ({ public: fields }) => {
      const result = (fields as { results?: Record<string, string> }).results?.['content'];
      if (result !== undefined && result !== 'not-asked:off') counters.scans.inc({ result });
    },
    'message.learned': ({ public: fields }) =>
      counters.lessons.inc({ class: label(fields, 'class'), result: label(fields, 'result') }),
    'command.refused': refusal,
    'message.refused': refusal,
    'session.handshake-failed': ({ public: fields }) =>
      counters.handshakes.inc({ listener: label(fields, 'listener') }),
    'attempt.tls': ({ public: fields }) =>
      counters.outbound.inc({
        policy: label(fields, 'policy'),
        result: label(fields, 'result'),
        delivers: label(fields, 'delivers'),
      }),
    'attempt.delivered': attempted('delivered'),
    'attempt.deferred': attempted('deferred'),
    'attempt.failed': attempted('failed'),
    'session.authenticated': () => counters.logins.inc({ result: 'authenticated' }),
    'session.authentication-failed': () => counters.logins.inc({ result: 'failed' }),
    'session.authentication-slowed': () => counters.logins.inc({ result: 'slowed' }),
    'account.limited': ({ public: fields }) =>
      counters.limited.inc({ limit: label(fields, 'limit') }),
    'address.banned': ({ public: fields }) =>
      counters.banned.inc({ reason: label(fields, 'reason') }),
    'recipient.bounced': ({ public: fields }) =>
      counters.bounces.inc({ class: label(fields, 'class'), reason: label(fields, 'reason') }),
    'address.suppressed': ({ public: fields }) =>
      counters.suppressed.inc({ reason: label(fields, 'reason') }),
    'recipient.suppressed': ({ public: fields }) =>
      counters.withheld.inc({ reason: label(fields, 'reason') }),
    'notice.sent': ({ public: fields }) => counters.notices.inc({ kind: label(fields, 'kind') }),
  };
}

function label(fields: object, name: string): string {
  const value = (fields as Record<string, string | number | null | undefined>)[name];
  return String(value ?? 'none');
}

function size(fields: object): number {
  return (fields as { size?: number }).size ?? 0;
}
