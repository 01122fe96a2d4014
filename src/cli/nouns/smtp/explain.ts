/** Explains an SMTP dialogue line by line while it happens. What a reply means depends on the command before it. */
import { explainReply } from '#mail/story/tell/explain-dialogue';
import { say, type Phrase } from '#mail/story/phrase';
import { rfcMark } from '#mail/story/tell/tell-route';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import { SECRET, type DialogueEntry } from '#protocol/smtp/dialogue';
import { ANSWERS, EXTENSIONS, LINES, REFUSALS, SENT } from './texts.ts';

export class Explainer {
  readonly #language: Language;
  /** What the next reply answers. */
  #asked: keyof typeof ANSWERS = 'greeting';
  #replyLines = 0;
  /** Each is explained once: after STARTTLS they come again. */
  readonly #extensions = new Set<string>();

  constructor(language: Language) {
    this.#language = language;
  }

  /** One sentence with its RFC section, or undefined where a line says all by itself. The client's side. */
  explain(entry: DialogueEntry): string | undefined {
    if (entry.kind === 'sent') return this.#sent(entry.line);
    if (entry.kind === 'received') return this.#received(entry.line);
    if (entry.kind === 'tls') return this.#tls(entry.peer);
    if (entry.kind === 'content') {
      this.#asked = 'content';
      return this.#text(LINES.content);
    }
    const isConnected = entry.kind === 'note' && entry.text.startsWith('connected');
    return isConnected ? this.#text(LINES.connected) : undefined;
  }

  #sent(line: string): string | undefined {
    this.#replyLines = 0;
    if (line === SECRET) return this.#text(LINES.secret);
    const verb = line.split(/[ :]/, 1)[0]!.toUpperCase();
    if (!Object.hasOwn(SENT, verb)) return undefined;
    this.#asked = verb as keyof typeof SENT;
    return this.#text(SENT[verb as keyof typeof SENT]);
  }

  #received(line: string): string | undefined {
    const first = this.#replyLines++ === 0;
    const isLast = line[3] !== '-';
    if (isLast) this.#replyLines = 0;
    const kind = line[0];
    if (kind === '4' || kind === '5') return isLast ? this.#refused(line, kind) : undefined;
    if (kind === '3' && this.#asked === 'AUTH') return this.#text(ANSWERS.challenge);
    if (this.#asked === 'EHLO' && !first) return this.#extension(line.slice(4));
    return first ? this.#text(ANSWERS[this.#asked]) : undefined;
  }

  #refused(line: string, kind: '4' | '5'): string {
    return (
      explainReply(line, this.#language) ??
      this.#text(kind === '4' ? REFUSALS.transient : REFUSALS.permanent)
    );
  }

  #extension(text: string): string | undefined {
    const keyword = text.split(/[ =]/, 1)[0]!.toUpperCase();
    if (this.#extensions.has(keyword) || !Object.hasOwn(EXTENSIONS, keyword)) return undefined;
    this.#extensions.add(keyword);
    return this.#text(EXTENSIONS[keyword]!);
  }

  #tls(peer: Extract<DialogueEntry, { kind: 'tls' }>['peer']): string | undefined {
    if (peer.kind === 'not-asked') return undefined;
    const phrase = peer.kind === 'verified' ? LINES.tlsProven : LINES.tlsUnproven;
    const text = say(phrase, this.#language, { name: printable(peer.name) });
    return `${text} ${rfcMark(phrase.rfc)}`;
  }

  #text(phrase: Phrase): string {
    const text = phrase[this.#language];
    return phrase.rfc === undefined ? text : `${text} ${rfcMark(phrase.rfc)}`;
  }
}
