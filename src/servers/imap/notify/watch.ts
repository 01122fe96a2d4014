/**
 * Watches the mailboxes of an account for a session that asked by NOTIFY (RFC 5465), beside the selected one: each notice of the
 * account leads to a look, and what changed since the last look is said where a group asks for it.
 */
import type { NotifyEvent, NotifyGroup, StatusItem } from '#protocol/imap/command';
import { listLine } from '#servers/imap/list-line';
import { nameOf, wireName } from '#servers/imap/mailbox-path';
import type { SessionState } from '#servers/imap/session-state';
import { statusLine } from '#servers/imap/status-text';
import type { Mailbox } from '#store/mailboxes/tree';
import { eventsFor, type Named } from './filter.ts';
import { happenings, type Happening, type Image } from './image.ts';
import { OwnChanges } from './own-changes.ts';

export class Watch {
  /** RFC 5465 §5: these are not told. */
  readonly own = new OwnChanges();
  readonly #state: SessionState;
  readonly #groups: readonly NotifyGroup[];
  readonly #stop: () => void;
  #image: Image | undefined;
  #dirty = false;

  constructor(state: SessionState, groups: readonly NotifyGroup[]) {
    this.#state = state;
    this.#groups = groups;
    const topic = `account:${state.login!.accountId}` as const;
    this.#stop = state.services.mail.notices.on(topic, () => {
      this.#dirty = true;
      state.changed();
    });
  }

  /** There may be something to say. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** Begins to compare from here. */
  async begin(): Promise<void> {
    this.#image = await this.#look();
  }

  /** The figures of all mailboxes whose messages are watched (RFC 5465 §3.1 STATUS). */
  async sayAll(): Promise<void> {
    for (const mailbox of this.#image!.mailboxes.values()) {
      const events = this.#events(mailbox);
      if (!events.has('MessageNew') || this.#isSelected(mailbox)) continue;
      this.#state.out.text(await this.#status(mailbox, true));
      await this.#state.link.room();
    }
  }

  /** Says what became of the mailboxes since the last look. */
  async tell(): Promise<undefined> {
    this.#dirty = false;
    const before = this.#image!;
    const now = await this.#look();
    this.#image = now;
    const others = happenings(before, now).flatMap((one) => this.own.without(one, before) ?? []);
    this.own.forget();
    for (const happening of others) {
      const line = await this.#line(happening);
      if (line !== undefined) this.#state.out.text(line);
      await this.#state.link.room();
    }
  }

  stop(): void {
    this.#stop();
  }

  #look(): Promise<Image> {
    const { services, login } = this.#state;
    return services.looks.look(login!.accountId, this.#watchesAnnotations());
  }

  #watchesAnnotations(): boolean {
    return this.#groups.some(
      ({ events }) =>
        events.includes('MailboxMetadataChange') || events.includes('ServerMetadataChange'),
    );
  }

  async #line(happening: Happening): Promise<string | undefined> {
    const state = this.#state;
    switch (happening.kind) {
      case 'made':
      case 'changed-children':
        return this.#listed(happening.mailbox, 'MailboxName');
      case 'removed': {
        if (!this.#events(happening.mailbox).has('MailboxName')) return undefined;
        return listLine(state, nameOf(happening.mailbox.path), undefined, false);
      }
      case 'renamed':
        return this.#listed(
          happening.mailbox,
          'MailboxName',
          ` ("OLDNAME" (${wireName(state, happening.before)}))`,
        );
      case 'subscribed':
        return this.#listed(happening.mailbox, 'SubscriptionChange');
      case 'absent-subscribed': {
        const { name, subscribed } = happening;
        const named: Named = { name, subscribed, role: undefined };
        if (!eventsFor(this.#groups, named).has('SubscriptionChange')) return undefined;
        return listLine(state, name, undefined, subscribed);
      }
      case 'messages': {
        const { mailbox, flagsOnly } = happening;
        const event = flagsOnly ? 'FlagChange' : 'MessageNew';
        if (!this.#events(mailbox).has(event) || this.#isSelected(mailbox)) return undefined;
        return this.#status(mailbox, false);
      }
      case 'annotated': {
        const { mailbox, entries } = happening;
        if (!this.#wantsAnnotations(mailbox)) return undefined;
        const name = mailbox === undefined ? '' : nameOf(mailbox.path);
        return `* METADATA ${wireName(state, name)} ${entries.join(' ')}\r\n`;
      }
      default:
        return happening satisfies never;
    }
  }

  #listed(mailbox: Mailbox, event: NotifyEvent, extended?: string): string | undefined {
    if (!this.#events(mailbox).has(event)) return undefined;
    const name = nameOf(mailbox.path);
    return listLine(this.#state, name, mailbox, mailbox.subscribed, extended);
  }

  #wantsAnnotations(mailbox: Mailbox | undefined): boolean {
    if (mailbox !== undefined) return this.#events(mailbox).has('MailboxMetadataChange');
    return this.#groups.some(({ events }) => events.includes('ServerMetadataChange'));
  }

  #events(mailbox: Mailbox): ReadonlySet<NotifyEvent> {
    const { path, subscribed, role } = mailbox;
    return eventsFor(this.#groups, { name: nameOf(path), subscribed, role });
  }

  /** RFC 5465 §6: of the selected mailbox only the groups for it tell. */
  #isSelected({ id }: Mailbox): boolean {
    return this.#state.selected?.view.mailboxId === id;
  }

  #status(mailbox: Mailbox, first: boolean): Promise<string> {
    const items: StatusItem[] = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
    if (!first) items.push('UNSEEN');
    if (first || this.#state.enabled.condstore) items.push('HIGHESTMODSEQ');
    return statusLine(this.#state, mailbox, items);
  }
}
