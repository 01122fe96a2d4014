/**
 * The record of an SMTP dialogue, for the story of a message: what each side said and when, with secrets removed
 * and content counted, never shown. Server and client both keep one; `sent` is always this program. Pure: times
 * are handed in. Bounded: after the limits what follows is only counted, and the count is the last entry.
 */

/** What a TLS handshake agreed on. */
export interface TlsFacts {
  /** `TLSv1.3` */
  readonly version: string;
  /** The suite's IANA name, `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The peer's certificate: proven to be the named peer's, not proven and why, or not asked for. */
  readonly peer:
    | {
        readonly kind: 'verified';
        readonly name: string;
        /** The TLSA record that it matches, `3 1 1`; by a root that is trusted where there is none. */
        readonly tlsa?: string;
      }
    | { readonly kind: 'unverified'; readonly name: string; readonly reason: string }
    | { readonly kind: 'not-asked' };
}

/** One entry; `at` is whole milliseconds since the connection was opened. JSON-serialisable as it is. */
export type DialogueEntry =
  | { readonly at: number; readonly kind: 'sent' | 'received'; readonly line: string }
  | {
      readonly at: number;
      readonly kind: 'content';
      readonly direction: 'sent' | 'received';
      readonly octets: number;
    }
  | ({ readonly at: number; readonly kind: 'tls' } & TlsFacts)
  /** What is no line: connected, lost, gone on in clear. */
  | { readonly at: number; readonly kind: 'note'; readonly text: string }
  | {
      readonly at: number;
      readonly kind: 'dropped';
      readonly entries: number;
      readonly characters: number;
    };

export interface DialogueLimits {
  /** Entries kept. A hundred recipients with their replies fit. */
  readonly entries: number;
  /** Characters of all lines kept. */
  readonly characters: number;
  /** Characters of one line kept; the rest is replaced by its count. */
  readonly line: number;
}

export const DIALOGUE_LIMITS: DialogueLimits = { entries: 300, characters: 24_000, line: 600 };

/** What stands for a password, a proof or a challenge. */
export const SECRET = '<secret>';

export class DialogueRecorder {
  readonly #start: number;
  readonly #limits: DialogueLimits;
  readonly #observe: ((entry: DialogueEntry) => void) | undefined;
  readonly #entries: DialogueEntry[] = [];
  #characters = 0;
  #lastAt = 0;
  #droppedEntries = 0;
  #droppedCharacters = 0;

  /** `start` is the monotonic time of the connection; `observe` is shown every entry, those dropped too. */
  constructor(
    start: number,
    limits: DialogueLimits = DIALOGUE_LIMITS,
    observe?: (entry: DialogueEntry) => void,
  ) {
    this.#start = start;
    this.#limits = limits;
    this.#observe = observe;
  }

  /** A line this side sent, without its line end; secrets already removed (`redactCommand`). */
  sent(now: number, line: string): void {
    this.#line(now, 'sent', line);
  }

  /** A line the other side sent, without its line end; secrets already removed. */
  received(now: number, line: string): void {
    this.#line(now, 'received', line);
  }

  content(now: number, direction: 'sent' | 'received', octets: number): void {
    this.#add({ at: this.#at(now), kind: 'content', direction, octets }, 0);
  }

  tls(now: number, facts: TlsFacts): void {
    this.#add({ at: this.#at(now), kind: 'tls', ...facts }, 0);
  }

  note(now: number, text: string): void {
    this.#add({ at: this.#at(now), kind: 'note', text }, text.length);
  }

  /** What was kept, in order, and at the end a count of what was not. */
  entries(): readonly DialogueEntry[] {
    if (this.#droppedEntries === 0) return [...this.#entries];
    return [
      ...this.#entries,
      {
        at: this.#lastAt,
        kind: 'dropped',
        entries: this.#droppedEntries,
        characters: this.#droppedCharacters,
      },
    ];
  }

  #line(now: number, kind: 'sent' | 'received', line: string): void {
    const most = this.#limits.line;
    const kept = line.length <= most ? line : `${line.slice(0, most)}<${line.length - most} more>`;
    this.#add({ at: this.#at(now), kind, line: kept }, line.length);
  }

  #add(entry: DialogueEntry, characters: number): void {
    this.#lastAt = entry.at;
    this.#observe?.(entry);
    const full =
      this.#droppedEntries > 0 ||
      this.#entries.length >= this.#limits.entries ||
      this.#characters + characters > this.#limits.characters;
    if (full) {
      this.#droppedEntries += 1;
      this.#droppedCharacters += characters;
      return;
    }
    this.#characters += Math.min(characters, this.#limits.line);
    this.#entries.push(entry);
  }

  #at(now: number): number {
    return Math.max(0, Math.round(now - this.#start));
  }
}

/** A command line with what follows the mechanism of AUTH replaced (RFC 4954 §4: an initial response). */
export function redactCommand(line: string): string {
  const match = /^(AUTH[ \t]+\S+[ \t]+)\S/i.exec(line);
  return match === null ? line : match[1] + SECRET;
}

/** An entry as a line for people: `C: MAIL FROM:<a@b.example>`, `S: 250 ok`, `C: <4,096 octets>`. */
export function formatEntry(entry: DialogueEntry, side: 'client' | 'server'): string {
  const [us, them] = side === 'client' ? ['C', 'S'] : ['S', 'C'];
  switch (entry.kind) {
    case 'sent':
      return `${us}: ${entry.line}`;
    case 'received':
      return `${them}: ${entry.line}`;
    case 'content':
      return `${entry.direction === 'sent' ? us : them}: <${count(entry.octets)} octets>`;
    case 'tls':
      return `-- ${entry.version} ${entry.cipher}, ${formatPeer(entry.peer)}`;
    case 'note':
      return `-- ${entry.text}`;
    case 'dropped':
      break;
  }
  return `-- ${count(entry.entries)} more entries (${count(entry.characters)} characters) not kept`;
}

function formatPeer(peer: TlsFacts['peer']): string {
  if (peer.kind === 'not-asked') return 'no certificate asked for';
  if (peer.kind === 'verified' && peer.tlsa !== undefined) {
    return `certificate of ${peer.name} matches its TLSA record ${peer.tlsa}`;
  }
  return peer.kind === 'verified'
    ? `certificate verified for ${peer.name}`
    : `certificate not verified for ${peer.name}: ${peer.reason}`;
}

/** 4096 as `4,096`. */
function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
