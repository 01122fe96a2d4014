/** NOTIFY (RFC 5465): which events of which mailboxes the client wants to hear of. */
import type {
  Command,
  FetchItem,
  NotifyEvent,
  NotifyFilter,
  NotifyGroup,
} from '#protocol/imap/command';
import { Malformed, type Decoder } from '#protocol/imap/decoder';
import { decodeMailbox } from '#protocol/imap/mailbox-name';
import { decodeFetchItems } from './fetch.ts';

const MAX_GROUPS = 50;
const MAX_MAILBOXES = 500;

export function parseNotify(decoder: Decoder): Command {
  decoder.space();
  const word = decoder.word();
  if (word === 'NONE') return { verb: 'NOTIFY', groups: undefined, status: false };
  if (word !== 'SET') throw new Malformed('NOTIFY takes SET or NONE');
  decoder.space();
  const status = decoder.peek !== '(';
  if (status) {
    if (decoder.word() !== 'STATUS') throw new Malformed('Expected STATUS or a list of events');
    decoder.space();
  }
  const groups: NotifyGroup[] = [];
  do {
    if (groups.push(decodeGroup(decoder)) > MAX_GROUPS)
      throw new Malformed(`More than ${MAX_GROUPS} groups of events`);
  } while (decoder.take(' '));
  checkSelected(groups);
  return { verb: 'NOTIFY', groups, status };
}

/** RFC 5465 §5: one group for the selected mailbox at the most. */
function checkSelected(groups: readonly NotifyGroup[]): void {
  const selected = groups.filter(({ filter }) => isSelected(filter));
  if (selected.length > 1) throw new Malformed('SELECTED and SELECTED-DELAYED stand once');
}

function isSelected({ kind }: NotifyFilter): boolean {
  return kind === 'selected' || kind === 'selected-delayed';
}

function decodeGroup(decoder: Decoder): NotifyGroup {
  decoder.expect('(');
  const filter = decodeFilter(decoder);
  decoder.space();
  const events = new Set<NotifyEvent>();
  const fetch: FetchItem[] = [];
  if (decoder.peek === '(') {
    decoder.list(() => decodeEvent(decoder, events, fetch));
    checkEvents(events, filter);
  } else if (decoder.word() !== 'NONE') throw new Malformed('Expected a list of events or NONE');
  decoder.expect(')');
  return { filter, events: [...events], fetch };
}

const FILTERS: Readonly<
  Record<string, 'selected' | 'selected-delayed' | 'inboxes' | 'personal' | 'subscribed'>
> = {
  SELECTED: 'selected',
  'SELECTED-DELAYED': 'selected-delayed',
  INBOXES: 'inboxes',
  PERSONAL: 'personal',
  SUBSCRIBED: 'subscribed',
};

function decodeFilter(decoder: Decoder): NotifyFilter {
  const word = decoder.word();
  const kind = FILTERS[word];
  if (kind !== undefined) return { kind };
  if (word !== 'SUBTREE' && word !== 'MAILBOXES')
    throw new Malformed(`NOTIFY does not know the mailboxes ${word}`);
  decoder.space();
  const mailboxes =
    decoder.peek === '(' ? decoder.list(() => decodeMailbox(decoder)) : [decodeMailbox(decoder)];
  if (mailboxes.length > MAX_MAILBOXES) throw new Malformed(`More than ${MAX_MAILBOXES} mailboxes`);
  return { kind: word === 'SUBTREE' ? 'subtree' : 'mailboxes', mailboxes };
}

const EVENTS: readonly NotifyEvent[] = [
  'MessageNew',
  'MessageExpunge',
  'FlagChange',
  'MailboxName',
  'SubscriptionChange',
  'MailboxMetadataChange',
  'ServerMetadataChange',
];

function decodeEvent(decoder: Decoder, events: Set<NotifyEvent>, fetch: FetchItem[]): void {
  const word = decoder.word();
  const event = EVENTS.find((known) => known.toUpperCase() === word);
  // RFC 5465 §3.1: NO, and those that there are
  if (event === undefined)
    throw new Malformed(`NOTIFY does not know the event ${word}`, `BADEVENT (${EVENTS.join(' ')})`);
  events.add(event);
  const lists = decoder.text.startsWith(' (', decoder.at);
  if (event !== 'MessageNew' || !lists) return;
  decoder.space();
  fetch.push(...decodeFetchItems(decoder));
}

/** RFC 5465 §5.4: events that go together, and those that the selected mailbox does not have. */
function checkEvents(events: ReadonlySet<NotifyEvent>, filter: NotifyFilter): void {
  const has = (event: NotifyEvent): boolean => events.has(event);
  if (has('MessageNew') !== has('MessageExpunge') || (has('FlagChange') && !has('MessageNew')))
    throw new Malformed('MessageNew and MessageExpunge go together, FlagChange with both');
  const ofMessages = new Set(['MessageNew', 'MessageExpunge', 'FlagChange']);
  if (isSelected(filter) && [...events].some((event) => !ofMessages.has(event)))
    throw new Malformed('SELECTED takes message events alone');
}
