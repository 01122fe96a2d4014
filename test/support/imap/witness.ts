/**
 * What a client may rely on while a mailbox is selected, watched over every response that a test's client reads:
 * sequence numbers shift only where RFC 9051 §7.5.1 allows, the count of messages never shrinks without an EXPUNGE,
 * nothing is said of messages that are not there. Each breach is a sentence; the client fails with them when closed.
 */
import { nameOf, textOf, type ImapDatum } from './data.ts';

export class ImapWitness {
  readonly breaches: string[] = [];
  /** Messages in the selected mailbox, as told; undefined where that is not known. */
  #exists: number | undefined;
  /** Under NOTIFY and UIDONLY other rules hold. */
  #watching = true;

  get exists(): number | undefined {
    return this.#exists;
  }

  /** A command was sent. */
  sent(command: string): void {
    if (/^(?:SELECT|EXAMINE|CLOSE|UNSELECT|UNAUTHENTICATE)\b/i.test(command))
      this.#exists = undefined;
    if (/^(?:NOTIFY|ENABLE .*UIDONLY)\b/i.test(command)) this.#watching = false;
  }

  /** @param running the commands without an answer yet */
  saw(datum: ImapDatum, running: readonly string[]): void {
    if (!this.#watching) return;
    const number = Number(textOf(datum.values[0]));
    switch (nameOf(datum)) {
      case 'EXISTS':
        if (this.#exists !== undefined && number < this.#exists)
          this.breaches.push(`EXISTS went from ${this.#exists} to ${number}`);
        this.#exists = number;
        return;
      case 'EXPUNGE':
        this.#allowed(`${number} EXPUNGE`, running);
        this.#within(number, 'EXPUNGE');
        if (this.#exists !== undefined) this.#exists -= 1;
        return;
      case 'VANISHED':
        if (datum.values[1]?.kind === 'list') return;
        this.#allowed('VANISHED', running);
        if (this.#exists !== undefined) this.#exists -= uidCount(textOf(datum.values[1]) ?? '');
        return;
      case 'FETCH':
        this.#within(number, 'FETCH');
        return;
      default:
    }
  }

  #allowed(what: string, running: readonly string[]): void {
    if (running.length === 0) this.breaches.push(`${what} while no command was running`);
    // Only where nothing else runs is it sure which command it belongs to.
    const [only, ...others] = running;
    if (only !== undefined && others.length === 0 && /^(?:FETCH|STORE|SEARCH)\b/i.test(only))
      this.breaches.push(`${what} during ${only}`);
  }

  #within(number: number, what: string): void {
    if (this.#exists !== undefined && !(number >= 1 && number <= this.#exists))
      this.breaches.push(`${number} ${what} among ${this.#exists} messages`);
  }
}

function uidCount(set: string): number {
  return set
    .split(',')
    .map((range) => range.split(':').map(Number))
    .reduce((sum, [from = 0, to = from]) => sum + Math.abs(to - from) + 1, 0);
}
