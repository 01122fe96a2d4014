/**
 * Which file or folder each mailbox has in an export: one of its name, or a made-up one where that cannot be. A name may be too long, and
 * may differ from that of another by case alone, which not every file system tells apart: an export can be laid on any disk.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { utf8 } from '#bytes';
import { readMailboxNames, writeMailboxNames } from './mailbox-names.ts';

/** How a form of export names its files. */
export interface FileForm {
  /** The levels of the file of a mailbox; undefined where it must have a made-up one. */
  named(mailbox: readonly string[]): readonly string[] | undefined;
  madeUp(stem: string): string;
}

/** Octets of a level: 255 is what file systems take, and `.part` stands behind it for a while. */
const LONGEST_LEVEL = 250;
/** Octets of all levels: some systems take 1,024 with the folder that they are in. */
const LONGEST_PATH = 512;
const STEM = 40;
const MARK = 12;

export class MailboxFiles {
  readonly #root: string;
  readonly #form: FileForm;
  /** Made-up ones. */
  #names: Map<string, readonly string[]> | undefined;
  /** By folder: how each name in it is spelled, by what it is without regard to case. */
  readonly #spellings = new Map<string, Map<string, string>>();

  constructor(root: string, form: FileForm) {
    this.#root = root;
    this.#form = form;
  }

  /** Below the root. Whose a made-up one is, is on disk when this returns. */
  async of(mailbox: readonly string[]): Promise<string> {
    this.#names ??= new Map(await readMailboxNames(this.#root));
    const madeUp = this.#form.madeUp(stemOf(mailbox));
    // one that it had in an earlier export it keeps
    if (this.#names.has(madeUp)) return madeUp;
    const levels = this.#form.named(mailbox);
    if (levels !== undefined && isShort(levels) && (await this.#take(levels)))
      return levels.join('/');
    this.#names.set(madeUp, mailbox);
    await writeMailboxNames(this.#root, this.#names);
    return madeUp;
  }

  /** False where another has one of these names, spelled otherwise. */
  async #take(levels: readonly string[]): Promise<boolean> {
    for (const [depth, level] of levels.entries()) {
      const spellings = await this.#spellingsIn(levels.slice(0, depth).join('/'));
      const key = withoutCase(level);
      const known = spellings.get(key);
      if (known !== undefined && known !== level) return false;
      spellings.set(key, level);
    }
    return true;
  }

  async #spellingsIn(folder: string): Promise<Map<string, string>> {
    let spellings = this.#spellings.get(folder);
    if (spellings === undefined) {
      const names = await readdir(path.join(this.#root, folder)).catch(() => []);
      spellings = new Map(names.map((name) => [withoutCase(name), name.normalize('NFC')]));
      this.#spellings.set(folder, spellings);
    }
    return spellings;
  }
}

function isShort(levels: readonly string[]): boolean {
  return (
    levels.every((level) => utf8(level).length <= LONGEST_LEVEL) &&
    utf8(levels.join('/')).length <= LONGEST_PATH
  );
}

function withoutCase(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase();
}

/** What a person can still read of the name, and a mark that no other mailbox has; no name of a mailbox is written with `\~`. */
function stemOf(mailbox: readonly string[]): string {
  const readable = (mailbox.at(-1) ?? '').replaceAll(/[^A-Za-z0-9]+/g, '_').slice(0, STEM);
  const mark = createHash('sha256').update(JSON.stringify(mailbox)).digest('hex').slice(0, MARK);
  return String.raw`${readable}\~${mark}`;
}
