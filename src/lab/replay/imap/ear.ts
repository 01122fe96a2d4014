/**
 * What is said in one IMAP session, as lines without secrets: no password, no answer of an authentication, no content of a message. Before
 * somebody is logged in only what is certainly a command is kept as it was said: a line that is none may be a password that came at the
 * wrong time.
 */
import { Lines, LONGEST, type Part } from './lines.ts';
import { IMAP_VERBS } from './texts.ts';

export interface ImapEntry {
  /** Calendar milliseconds. */
  readonly at: number;
  /** `left-out`: so many lines of the server are not kept. */
  readonly kind: 'client' | 'server' | 'tls' | 'compressed' | 'left-out';
  readonly line: string;
}

export interface EarOptions {
  readonly now: () => number;
  readonly account: () => string | undefined;
  readonly add: (entry: ImapEntry) => void;
  /** The server told something of the message with this UID in the mailbox that is selected. */
  readonly told: (mailbox: string, uid: number) => void;
}

/** What is not shown. */
const HIDDEN = '…';
const COMMAND = /^([^ ]{1,100}) (?:UID )?([A-Z]{1,20})(?: |$)/i;
/** What may be said to these, before somebody is logged in too. */
const BEFORE_LOGIN: ReadonlySet<string> = new Set(['ID']);
const LOGS_IN = /^(?:LOGIN|AUTHENTICATE)$/i;
/** Commands that a client says before it waits for an answer. */
const MOST_TAGS = 200;
/** Mailboxes with longer names are not told of. */
const LONGEST_NAME = 100;
/** RFC 4422 §3.1; what stands there is shown where it can be no secret. */
const MECHANISMS =
  /^ (PLAIN|LOGIN|EXTERNAL|ANONYMOUS|OAUTHBEARER|XOAUTH2|SCRAM-SHA-[\d-]{1,12}(?:PLUS)?)(?: |$)/i;

export class ImapEar {
  readonly #options: EarOptions;
  readonly #client = new Lines((part) => this.#heard(part));
  readonly #server = new Lines((part) => this.#said(part));
  /** Of the AUTHENTICATE that goes on: what the client says is its answers. */
  #authenticating: string | undefined;
  /** Of the command that is being said. */
  #tag: string | undefined;
  /** Of commands that have no answer yet, as far as they are shown. */
  readonly #tags = new Set<string>();
  #hides = false;
  /** A literal was announced, and the client waits until it may send it. */
  #waits = false;
  /** Line of the server of which a literal is passed over. */
  #begun = '';
  #asked = '';
  #mailbox = '';

  constructor(options: EarOptions) {
    this.#options = options;
  }

  heard(bytes: Uint8Array): void {
    this.#client.push(bytes);
  }

  said(bytes: Uint8Array): void {
    this.#server.push(bytes);
  }

  /** TLS begins: what was said half in clear text counts no more. */
  secured(): void {
    this.#authenticating = undefined;
    this.#waits = false;
    this.#client.abandon();
  }

  #add(kind: 'client' | 'server', line: string): void {
    this.#options.add({ at: this.#options.now(), kind, line });
  }

  #heard({ text, isFirst, literal }: Part): void {
    this.#add('client', isFirst ? this.#begin(text) : this.#goOn(text));
    this.#waits = literal === 'synchronising';
  }

  #goOn(text: string): string {
    return this.#hides || text === '' ? HIDDEN : `${HIDDEN}${text}`;
  }

  #begin(text: string): string {
    this.#hides = true;
    if (this.#authenticating !== undefined) return HIDDEN;
    if (/^done$/i.test(text)) return text;
    const [said, tag = '', word = ''] = COMMAND.exec(text) ?? [];
    this.#tag = tag;
    // whoever forgot the tag has said more than the name of the command
    if (said === undefined || LOGS_IN.test(tag)) return HIDDEN;
    const verb = word.toUpperCase();
    const isKnown = Object.hasOwn(IMAP_VERBS, verb);
    const isLoggedIn = this.#options.account() !== undefined;
    if (isKnown || isLoggedIn) this.#expect(tag);
    if (LOGS_IN.test(verb)) return this.#login(verb, said.trimEnd(), text);
    if (verb === 'SELECT' || verb === 'EXAMINE') this.#asked = text.slice(said.length);
    if (!isLoggedIn && !BEFORE_LOGIN.has(verb)) return isKnown ? shortened(said, text) : HIDDEN;
    if (!isKnown) return `${said.trimEnd()} ${HIDDEN}`;
    this.#hides = false;
    return text;
  }

  #expect(tag: string): void {
    if (this.#tags.size >= MOST_TAGS) this.#tags.clear();
    this.#tags.add(tag);
  }

  #login(verb: string, said: string, text: string): string {
    if (verb === 'LOGIN') return `${said} ${HIDDEN}`;
    this.#authenticating = this.#tag;
    const mechanism = MECHANISMS.exec(text.slice(said.length))?.[1];
    return [said, ...(mechanism === undefined ? [] : [mechanism]), HIDDEN].join(' ');
  }

  #said({ text, literal }: Part): void {
    const before = this.#begun;
    const line = (before === '' ? text : `${before}${HIDDEN}${text}`).slice(0, 2 * LONGEST);
    this.#begun = literal === 'none' ? '' : line;
    if (literal !== 'none') return;
    this.#add('server', this.#shown(line));
    if (line.startsWith('+')) this.#waits = false;
    else this.#concluded(line);
  }

  #shown(line: string): string {
    const isChallenge = line.startsWith('+') && !/^\+ (?:OK)?$/.test(line);
    if (isChallenge && this.#options.account() === undefined) return `+ ${HIDDEN}`;
    const tag = tagOf(line);
    // what was no command has its first word for a tag
    if (tag !== '*' && tag !== '+' && !this.#tags.has(tag))
      return `${HIDDEN}${line.slice(tag.length)}`;
    return line.replace(CONTENT, `$1${HIDDEN}`);
  }

  #concluded(line: string): void {
    const named = /^\* \d{1,10} (?:UID)?FETCH \((?:[^"{]{0,300} )?UID (\d{1,10})[ )]/i.exec(line);
    const byUid = /^\* (\d{1,10}) UIDFETCH /i.exec(line);
    const uid = named?.[1] ?? byUid?.[1];
    if (uid !== undefined && this.#mailbox.length <= LONGEST_NAME)
      this.#options.told(this.#mailbox, Number(uid));
    const tag = tagOf(line);
    if (tag === '*') return;
    this.#tags.delete(tag);
    if (tag === this.#authenticating) this.#authenticating = undefined;
    if (this.#asked !== '' && /^ OK \[READ-/i.test(line.slice(tag.length)))
      this.#mailbox = this.#asked;
    if (tag !== this.#tag || !this.#waits) return;
    this.#waits = false;
    this.#client.abandon();
  }
}

function tagOf(line: string): string {
  return line.split(' ', 1)[0]!;
}

/** A command without what it is given. */
function shortened(said: string, text: string): string {
  return said.length === text.length ? text : `${said.trimEnd()} ${HIDDEN}`;
}

/** Texts of messages in quotes, to the end of the line: of a section, or the beginning of a letter (RFC 8970). */
const CONTENT = /((?:BODY|BINARY)\[[^\]]{0,400}\](?:<\d{1,20}>)? |PREVIEW )".*$/i;
