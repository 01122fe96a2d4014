/**
 * What a session changed itself since its last look, so that NOTIFY does not tell it of that (RFC 5465 §5). Pure. Messages are known by
 * the modseqs that they came from and led to: where a change of somebody else lies between, all of it is told.
 */
import { nameOf } from '#servers/imap/responses/mailbox-path';
import type { Step } from '#store/mailboxes/change/step';
import { canonicalPath } from '#store/mailboxes/tree/names';
import type { Happening, Image } from './image.ts';

export class OwnChanges {
  /** By mailbox: from which modseq to which. */
  readonly #steps = new Map<string, Map<number, number>>();
  readonly #names = new Set<string>();
  /** By mailbox; undefined is the account. */
  readonly #annotations = new Map<string | undefined, Set<string>>();

  noteSteps(steps: readonly Step[]): void {
    for (const { mailboxId, previous, modseq } of steps) {
      const known = this.#steps.get(mailboxId);
      if (known) known.set(previous, modseq);
      else this.#steps.set(mailboxId, new Map([[previous, modseq]]));
    }
  }

  /** A mailbox was made, renamed, removed, subscribed or not: that concerns those above it too. */
  noteMailbox(path: readonly string[]): void {
    const canonical = canonicalPath(path);
    if (canonical.kind === 'bad-name') return;
    for (let levels = 1; levels <= canonical.path.length; levels++)
      this.#names.add(nameOf(canonical.path.slice(0, levels)));
  }

  noteAnnotations(mailboxId: string | undefined, entries: readonly string[]): void {
    const known = this.#annotations.get(mailboxId) ?? new Set();
    for (const entry of entries) known.add(entry);
    this.#annotations.set(mailboxId, known);
  }

  /** What remains to be told of what happened since `before`. */
  without(happening: Happening, before: Image): Happening | undefined {
    switch (happening.kind) {
      case 'messages': {
        const { id, modseq } = happening.mailbox;
        return this.#leads(id, before.mailboxes.get(id)!.modseq, modseq) ? undefined : happening;
      }
      case 'annotated': {
        const own = this.#annotations.get(happening.mailbox?.id);
        const entries = happening.entries.filter((entry) => !own?.has(entry));
        return entries.length === 0 ? undefined : { ...happening, entries };
      }
      case 'absent-subscribed':
        return this.#names.has(happening.name) ? undefined : happening;
      case 'made':
      case 'removed':
      case 'changed-children':
      case 'renamed':
      case 'subscribed':
        return this.#names.has(nameOf(happening.mailbox.path)) ? undefined : happening;
      default:
        return happening satisfies never;
    }
  }

  /** After a look, which has seen them. */
  forget(): void {
    this.#steps.clear();
    this.#names.clear();
    this.#annotations.clear();
  }

  #leads(mailboxId: string, from: number, to: number): boolean {
    const steps = this.#steps.get(mailboxId);
    let at: number | undefined = from;
    while (at !== undefined && at < to) at = steps?.get(at);
    return at === to;
  }
}
