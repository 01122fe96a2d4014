/** Tells what NOTIFY asks for of mailboxes beside the selected one (RFC 5465): their figures at first, then what others did. */
import type { NotifyEvent, StatusItem } from '#protocol/imap/command';
import { listLine } from '#servers/imap/responses/list-line';
import { nameOf, wireName } from '#servers/imap/responses/mailbox-path';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import type { Happening } from './notify/image.ts';
import type { Watch } from './notify/watch.ts';
import type { SessionState } from './session-state.ts';
import { statusLine } from './status-text.ts';

/** The figures of all mailboxes whose messages are watched (RFC 5465 §3.1 STATUS). */
export async function tellFigures(state: SessionState, watch: Watch): Promise<void> {
  for (const mailbox of watch.mailboxes) {
    if (!watch.wants('MessageNew', mailbox) || isSelected(state, mailbox)) continue;
    state.out.text(await figures(state, mailbox, true));
    await state.link.room();
  }
}

/** What became of the mailboxes since the last look. */
export async function tellChanges(state: SessionState, watch: Watch): Promise<undefined> {
  for (const happening of await watch.changes()) {
    const line = await lineOf(state, watch, happening);
    if (line !== undefined) state.out.text(line);
    await state.link.room();
  }
}

async function lineOf(
  state: SessionState,
  watch: Watch,
  happening: Happening,
): Promise<string | undefined> {
  const { enabled } = state;
  const listed = (mailbox: Mailbox, event: NotifyEvent): string | undefined =>
    watch.wants(event, mailbox)
      ? listLine(enabled, nameOf(mailbox.path), mailbox, mailbox.subscribed)
      : undefined;
  switch (happening.kind) {
    case 'made':
    case 'changed-children':
      return listed(happening.mailbox, 'MailboxName');
    case 'removed':
      if (!watch.wants('MailboxName', happening.mailbox)) return undefined;
      return listLine(enabled, nameOf(happening.mailbox.path), undefined, happening.subscribed);
    case 'renamed': {
      const { mailbox, before } = happening;
      const { path, subscribed, role } = mailbox;
      // who watches the old name has to learn the new one
      if (
        !watch.wants('MailboxName', mailbox) &&
        !watch.wantsOfName('MailboxName', { name: before, subscribed, role })
      )
        return undefined;
      const old = ` ("OLDNAME" (${wireName(enabled, before)}))`;
      return listLine(enabled, nameOf(path), mailbox, subscribed, old);
    }
    case 'subscribed':
      return listed(happening.mailbox, 'SubscriptionChange');
    case 'absent-subscribed': {
      const { name, subscribed } = happening;
      const named = { name, subscribed, role: undefined };
      if (!watch.wantsOfName('SubscriptionChange', named)) return undefined;
      return listLine(enabled, name, undefined, subscribed);
    }
    case 'messages': {
      const { mailbox, flagsOnly } = happening;
      const event = flagsOnly ? 'FlagChange' : 'MessageNew';
      if (!watch.wants(event, mailbox) || isSelected(state, mailbox)) return undefined;
      return figures(state, mailbox, false);
    }
    case 'annotated': {
      const { mailbox, entries } = happening;
      const wanted = mailbox
        ? watch.wants('MailboxMetadataChange', mailbox)
        : watch.wantsOfAccount();
      if (!wanted) return undefined;
      const name = mailbox === undefined ? '' : nameOf(mailbox.path);
      return `* METADATA ${wireName(enabled, name)} ${entries.join(' ')}\r\n`;
    }
    default:
      return happening satisfies never;
  }
}

/** RFC 5465 §6: of the selected mailbox only the groups for it tell. */
function isSelected({ selected }: SessionState, { id }: Mailbox): boolean {
  return selected?.view.mailboxId === id;
}

function figures(state: SessionState, mailbox: Mailbox, first: boolean): Promise<string> {
  const items: StatusItem[] = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
  if (!first) items.push('UNSEEN');
  if (first || state.enabled.condstore) items.push('HIGHESTMODSEQ');
  return statusLine(state, mailbox, items);
}
