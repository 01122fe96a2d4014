/**
 * What an IMAP session knows, for its commands to read and change: who is there, what is enabled, the selected mailbox, the counts. The
 * loop that reads and answers is session.ts. Small, since most sessions do nothing most of the time.
 */
import type { Login } from '#mail/receive/envelope';
import type { FetchItem } from '#protocol/imap/command';
import { Receiver } from '#protocol/imap/receiver/receiver';
import { NO_CHANNEL_BINDINGS, type ChannelBindings } from '#protocol/sasl/channel-binding';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import type { Connection } from '#servers/net/connection';
import type { SaslExchange } from '#servers/net/sasl-exchange';
import { noteTold } from '#store/mailboxes/view/recent';
import type { Appending } from './appending.ts';
import { nothingEnabled, type Enabled } from './enabled.ts';
import { Link } from './link.ts';
import type { Watch } from './notify/watch.ts';
import { Output } from './output.ts';
import type { Reply } from './responses/reply.ts';
import type { SelectedMailbox } from './selected/selected-mailbox.ts';
import type { ImapServices, SessionSettings } from './settings.ts';

/** What NOTIFY asks for of the selected mailbox (RFC 5465 §6.1): arrivals at least. */
export interface SelectedEvents {
  /** Whether EXPUNGE may come between commands. */
  readonly expunges: boolean;
  readonly flags: boolean;
  /** What is told of arrivals. */
  readonly fetch: readonly FetchItem[];
}

/** From the first NOTIFY on. */
export interface Notifying {
  readonly selected: SelectedEvents | undefined;
  /** Of other mailboxes. */
  readonly watch: Watch | undefined;
}

export class SessionState {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly services: ImapServices;
  /** Of the client. */
  readonly address: string;
  readonly link: Link;
  readonly out: Output;

  receiver: Receiver;
  tls: 'unavailable' | 'offered' | 'active';
  tlsFacts: TlsFacts | undefined;
  bindings: ChannelBindings = NO_CHANNEL_BINDINGS;
  login: Login | undefined;
  enabled: Enabled = nothingEnabled();
  selected: SelectedMailbox | undefined;
  /** While AUTHENTICATE goes on: a line of the client is awaited. */
  authenticating: { readonly tag: string; readonly exchange: SaslExchange } | undefined;
  notifying: Notifying | undefined;
  /** The tag of the IDLE that goes on. */
  idling: string | undefined;
  /** What `$` stands for (RFC 5182): UIDs of the selected mailbox, rising. */
  saved: Uint32Array | undefined;
  /** APPEND or REPLACE, while its messages come. */
  appending: Appending | undefined;
  /** Why the message under way is not wanted. */
  refusal: Reply | undefined;
  /** Set by the session: the selected mailbox has changed. */
  changed: () => void = () => {};
  /** Set by the session: no login came in time. */
  late: () => void = () => {};
  /** What follows the reply to the command being carried out. */
  after: 'nothing' | 'close' | 'tls' | 'compress' | { readonly bye: string } = 'nothing';

  /** BAD in a row. */
  bad = 0;
  commands = 0;
  authFailures = 0;
  #loginTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, settings: SessionSettings, services: ImapServices) {
    this.id = services.newId();
    this.settings = settings;
    this.services = services;
    this.address = connection.client.address;
    this.link = new Link(connection);
    this.out = new Output(this.link);
    this.receiver = new Receiver(settings.limits.receiver);
    this.tls = settings.tls === undefined ? 'unavailable' : 'offered';
  }

  /** Somebody is logged in: more time, longer commands. */
  begin(login: Login): void {
    const { limits } = this.settings;
    this.stopLoginTimer();
    this.login = login;
    this.receiver.loggedIn = true;
    this.link.connection.allowIdle(limits.idleTime);
    this.link.connection.keepAlive(limits.keepAlive);
  }

  /** RFC 8437: as before the login. */
  forgetLogin(): void {
    this.stopNotifying();
    this.unselect();
    this.login = undefined;
    this.enabled = nothingEnabled();
    this.commands = 0;
    this.receiver.loggedIn = false;
    this.receiver.utf8 = this.receiver.noCharset = false;
    this.link.connection.allowIdle(this.settings.limits.loginTime);
    this.startLoginTimer();
  }

  /** Who says a little now and then is not silent, and holds a connection all the same. */
  startLoginTimer(): void {
    this.#loginTimer = setTimeout(() => this.late(), this.settings.limits.loginTime);
  }

  stopLoginTimer(): void {
    clearTimeout(this.#loginTimer);
    this.#loginTimer = undefined;
  }

  /** The client knows of modseqs from here on (RFC 7162 §3.1). */
  useModseqs(): void {
    if (this.enabled.condstore) return;
    this.enabled.condstore = true;
    if (this.selected === undefined) return;
    const { modseq } = this.selected.now;
    this.out.text(`* OK [HIGHESTMODSEQ ${modseq}] The highest modseq\r\n`);
  }

  stopNotifying(): void {
    this.notifying?.watch?.stop();
    if (this.idling === undefined) this.selected?.ignore();
    this.notifying = undefined;
  }

  /** The session put messages into a mailbox itself. What the store did and could not say is told like anybody's. */
  noteBrought(mailboxId: string, uids: Iterable<number>): void {
    const tells = (this.notifying?.selected?.fetch.length ?? 0) > 0;
    if (tells && this.selected?.view.mailboxId === mailboxId) this.selected.noteBrought(uids);
  }

  /** Hears of each change of the selected mailbox, where NOTIFY or IDLE wants to tell it. */
  listenToSelected(): void {
    if (this.idling !== undefined || this.notifying?.selected !== undefined)
      this.selected?.listen(() => this.changed());
    else this.selected?.ignore();
  }

  /** Says this last, after the reply to the command. */
  end(bye: string): void {
    this.after = { bye };
  }

  /** Leaves the selected mailbox. */
  unselect(): void {
    if (this.selected !== undefined) this.#noteTold(this.selected);
    this.selected?.close();
    this.selected = undefined;
    this.saved = undefined;
  }

  /** What is not noted, since the store cannot be reached, is recent once more. */
  #noteTold({ unnoted, view }: SelectedMailbox): void {
    if (unnoted > 0) noteTold(this.services.mail.pool, view.mailboxId, unnoted).catch(() => {});
  }

  /** RFC 9051 §6.2.1: after the handshake nothing of before counts. */
  beginTls(): void {
    this.tls = 'active';
    this.receiver = new Receiver(this.settings.limits.receiver);
  }
}
