/**
 * What a session watches that asked by NOTIFY (RFC 5465): the mailboxes of its account, beside the selected one. After a notice of the
 * account the next look finds what others changed since the last one; what of it is said is tell-watched.ts.
 */
import type { NotifyEvent, NotifyGroup } from '#protocol/imap/command';
import { nameOf } from '#servers/imap/responses/mailbox-path';
import type { MailStore } from '#store/mailboxes/mail-store';
import type { Mailbox } from '#store/mailboxes/tree/tree';
import { eventsFor, type Named } from './filter.ts';
import { happenings, type Happening, type Image } from './image.ts';
import type { Looks } from './looks.ts';
import { OwnChanges } from './own-changes.ts';

export class Watch {
  /** RFC 5465 §5: these are not told. */
  readonly own = new OwnChanges();
  readonly #groups: readonly NotifyGroup[];
  readonly #look: () => Promise<Image>;
  readonly #stop: () => void;
  #image: Image | undefined;
  #dirty = false;

  /** @param noticed there may be something to say */
  constructor(
    { looks, mail }: { readonly looks: Looks; readonly mail: Pick<MailStore, 'notices'> },
    accountId: string,
    groups: readonly NotifyGroup[],
    noticed: () => void,
  ) {
    this.#groups = groups;
    const annotations = this.#wants('MailboxMetadataChange') || this.wantsOfAccount();
    this.#look = () => looks.look(accountId, annotations);
    this.#stop = mail.notices.on(`account:${accountId}`, () => {
      this.#dirty = true;
      noticed();
    });
  }

  /** There may be something to say. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** As last seen. */
  get mailboxes(): Iterable<Mailbox> {
    return this.#image!.mailboxes.values();
  }

  /** Begins to compare from here. */
  async begin(): Promise<void> {
    this.#image = await this.#look();
  }

  /** What others did since the last look. */
  async changes(): Promise<readonly Happening[]> {
    this.#dirty = false;
    const before = this.#image!;
    const now = await this.#look();
    this.#image = now;
    const others = happenings(before, now).flatMap((one) => this.own.without(one, before) ?? []);
    this.own.forget();
    return others;
  }

  /** Whether this is to be told of the mailbox. */
  wants(event: NotifyEvent, { path, subscribed, role }: Mailbox): boolean {
    return this.wantsOfName(event, { name: nameOf(path), subscribed, role });
  }

  wantsOfName(event: NotifyEvent, named: Named): boolean {
    return eventsFor(this.#groups, named).has(event);
  }

  /** Whether annotations of the account are to be told. */
  wantsOfAccount(): boolean {
    return this.#wants('ServerMetadataChange');
  }

  stop(): void {
    this.#stop();
  }

  #wants(event: NotifyEvent): boolean {
    return this.#groups.some(({ events }) => events.includes(event));
  }
}
