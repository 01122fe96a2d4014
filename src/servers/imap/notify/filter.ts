/** Which mailboxes an event group of NOTIFY means (RFC 5465 §6). Those of the selected mailbox are session.ts's. */
import type { NotifyEvent, NotifyFilter, NotifyGroup } from '#protocol/imap/command';
import { DELIMITER } from '#protocol/imap/mailbox-name';
import type { Role } from '#store/mailboxes/tree/tree';

/** What a filter looks at. */
export interface Named {
  readonly name: string;
  readonly subscribed: boolean;
  readonly role: Role | undefined;
}

/** The events that the client wants of a mailbox: those of all groups that mean it. */
export function eventsFor(
  groups: readonly NotifyGroup[],
  mailbox: Named,
): ReadonlySet<NotifyEvent> {
  const events = new Set<NotifyEvent>();
  for (const group of groups)
    if (matches(group.filter, mailbox)) for (const event of group.events) events.add(event);
  return events;
}

function matches(filter: NotifyFilter, { name, subscribed, role }: Named): boolean {
  switch (filter.kind) {
    case 'selected':
    case 'selected-delayed':
      return false;
    case 'personal':
      return true;
    case 'inboxes':
      // where deliveries go
      return role === 'inbox' || role === 'junk';
    case 'subscribed':
      return subscribed;
    case 'mailboxes':
      return filter.mailboxes.includes(name);
    case 'subtree':
      return filter.mailboxes.some(
        (root) => name === root || name.startsWith(`${root}${DELIMITER}`),
      );
    default:
      return filter satisfies never;
  }
}
