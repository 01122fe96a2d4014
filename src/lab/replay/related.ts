/** What was asked by HTTP and said by IMAP because of a message, found by what its events say. Pure. */
import { decodeUtf7, withInbox } from '#protocol/imap/mailbox-name';
import type { StoredEvent } from '#store/events/events';
import type { JourneyMessage } from './gathered.ts';
import { contentType, type KeptExchange } from './http/exchanges.ts';
import { httpPurpose, policyDomain } from './http/purpose.ts';
import type { ImapSession } from './imap/sessions.ts';

/** How long before a message came its sender fetched our policy at most. The calendar may run fast. Milliseconds. */
const BEFORE = 10 * 60_000;

/** Policies that were fetched to send it or the answer to it, and the click by which its reader left the list. */
export function exchangesOf(
  messages: readonly JourneyMessage[],
  exchanges: readonly KeptExchange[],
): KeptExchange[] {
  const events = messages.flatMap((one) => one.events);
  const [first, last] = [events[0]?.at ?? 0, Math.max(0, ...events.map(({ at }) => at))];
  const domains = new Set(events.flatMap(domainsIn));
  const left = events.filter(({ type }) => type === 'recipient.unsubscribed').map(({ at }) => at);
  return exchanges.filter(({ at, answeredAt, host, method, target, asked }) => {
    const type = contentType(asked.headers);
    const purpose = httpPurpose({ method, target, type });
    if (purpose === 'one-click') return left.some((time) => time >= at && time <= answeredAt);
    const domain = policyDomain(host);
    return (
      purpose === 'policy' &&
      domain !== undefined &&
      domains.has(domain) &&
      at >= first - BEFORE &&
      at <= last
    );
  });
}

function domainsIn({ personal, public: fields }: StoredEvent): string[] {
  const { forwardPath } = personal;
  const named = [
    typeof forwardPath === 'string' ? forwardPath.slice(forwardPath.lastIndexOf('@') + 1) : '',
    fields['domain'],
  ];
  return named.flatMap((name) =>
    typeof name === 'string' && name !== '' ? [name.toLowerCase()] : [],
  );
}

/** Sessions in which the server told something of it to a mail program. */
export function readingsOf(
  messages: readonly JourneyMessage[],
  sessions: readonly ImapSession[],
): ImapSession[] {
  const stored = messages
    .flatMap((one) => one.events)
    .filter(({ type }) => type === 'recipient.stored')
    .map(({ personal: { account }, public: { uid, mailbox } }) => ({
      account,
      place: typeof uid === 'string' && typeof mailbox === 'string' ? `${uid} ${mailbox}` : '',
    }));
  return sessions.filter(({ account, told }) => {
    const places = stored.filter((one) => one.account === account).map(({ place }) => place);
    if (places.length === 0) return false;
    const known = new Set([...told].map(plainPlace));
    return places.some((place) => known.has(place));
  });
}

/** The mailbox as it is called here, whatever the client wrote. */
function plainPlace(told: string): string {
  const [uid = '', ...rest] = told.split(' ');
  const [, quoted, atom = ''] =
    /^(?:"((?:[^"\\]|\\.){0,200})"|([^ ]{1,200}))/.exec(rest.join(' ')) ?? [];
  const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? atom;
  return `${uid} ${withInbox(decodeUtf7(name) ?? name)}`;
}
