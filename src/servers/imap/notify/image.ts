/**
 * What NOTIFY compares (RFC 5465 §5): an image of the account's mailboxes, and what became of it since the last one. Pure.
 */
import { nameOf } from '#servers/imap/responses/mailbox-path';
import type { AnnotationMark } from '#store/mailboxes/tree/metadata';
import type { Mailbox, MailboxTree } from '#store/mailboxes/tree/tree';

export interface Image {
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** Subscribed names without a mailbox. */
  readonly absent: ReadonlySet<string>;
  /** Modseqs of annotations by mailbox (undefined: the account) and name. */
  readonly annotations: ReadonlyMap<string | undefined, ReadonlyMap<string, number>>;
}

export type Happening =
  | { readonly kind: 'made' | 'changed-children'; readonly mailbox: Mailbox }
  | {
      readonly kind: 'removed';
      readonly mailbox: Mailbox;
      /** The name is, still. */
      readonly subscribed: boolean;
    }
  | { readonly kind: 'renamed'; readonly mailbox: Mailbox; readonly before: string }
  | { readonly kind: 'subscribed'; readonly mailbox: Mailbox }
  | { readonly kind: 'absent-subscribed'; readonly name: string; readonly subscribed: boolean }
  /** Messages came or went, or flags changed. */
  | { readonly kind: 'messages'; readonly mailbox: Mailbox; readonly flagsOnly: boolean }
  | {
      readonly kind: 'annotated';
      /** Undefined: the account. */
      readonly mailbox: Mailbox | undefined;
      readonly entries: readonly string[];
    };

export function imageOf(
  { mailboxes, absentSubscriptions }: MailboxTree,
  marks: readonly AnnotationMark[],
): Image {
  const annotations = new Map<string | undefined, Map<string, number>>();
  for (const { mailboxId, name, modseq } of marks) {
    let entries = annotations.get(mailboxId);
    if (!entries) annotations.set(mailboxId, (entries = new Map()));
    entries.set(name, modseq);
  }
  return {
    mailboxes: new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox])),
    absent: new Set(absentSubscriptions.map((path) => nameOf(path))),
    annotations,
  };
}

export function happenings(before: Image, now: Image): Happening[] {
  const found: Happening[] = [];
  const parents = parentsOf(before, now);
  for (const [id, old] of before.mailboxes) {
    if (now.mailboxes.has(id)) continue;
    found.push({ kind: 'removed', mailbox: old, subscribed: now.absent.has(nameOf(old.path)) });
  }
  for (const [id, mailbox] of now.mailboxes) {
    const old = before.mailboxes.get(id);
    if (old === undefined) found.push({ kind: 'made', mailbox });
    else found.push(...changesOf(old, mailbox, parents.has(id)));
  }
  return [...found, ...absentSubscribed(before, now), ...annotated(before, now)];
}

/** Of those that were made or removed: they are affected too (RFC 5465 §5.4), whatever else is below them. */
function parentsOf(before: Image, now: Image): ReadonlySet<string | undefined> {
  const parents = new Set<string | undefined>();
  for (const [one, other] of [
    [before, now],
    [now, before],
  ] as const)
    for (const [id, { parentId }] of one.mailboxes)
      if (!other.mailboxes.has(id)) parents.add(parentId);
  return parents;
}

/** A subscription that outlived its mailbox, or that a new one took over, has not changed. */
function absentSubscribed(before: Image, now: Image): Happening[] {
  const came = [...now.absent].filter((name) => !before.absent.has(name));
  const went = [...before.absent].filter((name) => !now.absent.has(name));
  if (came.length + went.length === 0) return [];
  const had = namesOf(before);
  const has = namesOf(now);
  return [
    ...came.filter((name) => !had.has(name)).map((name) => change(name, true)),
    ...went.filter((name) => !has.has(name)).map((name) => change(name, false)),
  ];
}

function change(name: string, subscribed: boolean): Happening {
  return { kind: 'absent-subscribed', name, subscribed };
}

function namesOf({ mailboxes }: Image): ReadonlySet<string> {
  return new Set(Array.from(mailboxes.values(), ({ path }) => nameOf(path)));
}

function changesOf(old: Mailbox, mailbox: Mailbox, isParent: boolean): Happening[] {
  const found: Happening[] = [];
  // what lies below a mailbox that was renamed is not told (RFC 5465 §5.4)
  if (old.parentId !== mailbox.parentId || old.path.at(-1) !== mailbox.path.at(-1))
    found.push({ kind: 'renamed', mailbox, before: nameOf(old.path) });
  else if (isParent || old.hasChildren !== mailbox.hasChildren)
    found.push({ kind: 'changed-children', mailbox });
  if (old.subscribed !== mailbox.subscribed) found.push({ kind: 'subscribed', mailbox });
  // a mailbox takes a modseq for its name and its subscription too
  const explained = found.length > 0 && old.unseen === mailbox.unseen;
  const flagsOnly = old.uidNext === mailbox.uidNext && old.messages === mailbox.messages;
  if (old.modseq !== mailbox.modseq && !(flagsOnly && explained)) {
    found.push({ kind: 'messages', mailbox, flagsOnly });
  }
  return found;
}

function annotated(before: Image, now: Image): Happening[] {
  const found: Happening[] = [];
  for (const id of new Set([...before.annotations.keys(), ...now.annotations.keys()])) {
    const mailbox = id === undefined ? undefined : now.mailboxes.get(id);
    if (id !== undefined && mailbox === undefined) continue;
    const old = before.annotations.get(id) ?? NONE;
    const entries = now.annotations.get(id) ?? NONE;
    const changed = [
      ...[...entries].filter(([name, modseq]) => old.get(name) !== modseq).map(([name]) => name),
      ...[...old.keys()].filter((name) => !entries.has(name)),
    ];
    if (changed.length > 0) found.push({ kind: 'annotated', mailbox, entries: changed });
  }
  return found;
}

const NONE: ReadonlyMap<string, number> = new Map();
