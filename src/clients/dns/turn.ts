/**
 * The turn of one question that several owners may wait for. It stands in the line of each and begins when the first of them comes
 * up: so nobody can hold up a name that others ask for too by asking for it first behind a thousand slow ones.
 */
import type { Slots } from '#clients/slots';

export type Begun =
  | { readonly kind: 'taken'; readonly owner: string | undefined }
  | { readonly kind: 'full' }
  | { readonly kind: 'aborted' };

export class Turn {
  readonly #slots: Slots;
  readonly #owners = new Set<string | undefined>();
  readonly #queueing = new AbortController();
  readonly #begun = Promise.withResolvers<Begun>();
  #standing = 0;
  #over = false;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** When the question may be asked, and whose turn it is; that one gives it back. */
  get begun(): Promise<Begun> {
    return this.#begun.promise;
  }

  /** Stands in the line of one more owner, unless the turn has come. */
  async stand(owner: string | undefined): Promise<void> {
    if (this.#over || this.#owners.has(owner)) return;
    this.#owners.add(owner);
    this.#standing++;
    const outcome = await this.#slots.take(owner, this.#queueing.signal);
    this.#standing--;
    if (outcome === 'taken' && this.#over) this.#slots.release(owner);
    else if (outcome === 'taken') this.#end({ kind: 'taken', owner });
    else if (this.#standing === 0) this.#end({ kind: outcome });
  }

  /** Leaves every line: nobody wants the answer any more. */
  leave(): void {
    this.#end({ kind: 'aborted' });
  }

  #end(how: Begun): void {
    if (this.#over) return;
    this.#over = true;
    this.#begun.resolve(how);
    this.#queueing.abort();
  }
}
