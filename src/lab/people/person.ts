/** Who reads mail at the providers: people with a name, and crowds of readers whose names are numbered. Pure. */
import { createHash } from 'node:crypto';

/**
 * friend: knows the sender, answers · reader: opens most of it · busy: deletes most of it unread · grumbler: calls nearly all bulk mail spam ·
 * saver: looks into the spam folder and takes out what is wanted
 */
export type Temper = 'friend' | 'reader' | 'busy' | 'grumbler' | 'saver';

/**
 * open · full: has no room · closed: has been away so long that the provider takes nothing more · late: takes the message, and a notice of
 * failure comes after it
 */
export type BoxState = 'open' | 'full' | 'closed' | 'late';

/** In which people write; what has no place in an old one is written in the new one. */
export type Charset = 'utf-8' | 'iso-2022-jp' | 'shift_jis';

export interface Person {
  /** Local part, in lower case. */
  readonly name: string;
  readonly shown: string;
  readonly temper: Temper;
  /** One of many: what they are like is drawn for each letter, by how many the crowd had before. */
  readonly crowd?: Crowd;
  readonly box?: BoxState;
  /** Nobody at all (`traps.ts`). */
  readonly trap?: true;
  /** Whether they asked for the mail of senders that they do not know; the others complain sooner. */
  readonly asked: boolean;
  readonly language: 'en' | 'ja';
  /** Where it is another than their provider's. */
  readonly charset?: Charset;
  /** Domains, with those below them, whose mail alone is let in; undefined: everybody's. */
  readonly allows?: readonly string[];
}

/**
 * `reader0001` to `reader5000`, say. How many of a crowd complain must not depend on which of them a quota had room for, so that the same
 * mail gives the same counts in whatever order it comes: the crowd as one has its tempers, not each of its readers.
 */
export interface Crowd {
  readonly prefix: string;
  readonly count: number;
  readonly asked: boolean;
  readonly language: 'en' | 'ja';
  /** Tempers with their weight. */
  readonly tempers: Readonly<Partial<Record<Temper, number>>>;
}

/** The number that the same seed and words always give: from 0 to below 1. */
export function chance(seed: number, ...words: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update([seed, ...words].join('\n'))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** @returns undefined: nobody of this name is there */
export function findPerson(
  people: readonly Person[],
  crowds: readonly Crowd[],
  localPart: string,
): Person | undefined {
  const name = localPart.toLowerCase().split('+')[0]!;
  const known = people.find((person) => person.name === name);
  if (known !== undefined) return known;
  const [, prefix, digits] = /^([a-z]{1,20})(\d{4})$/.exec(name) ?? [];
  const crowd = crowds.find((one) => one.prefix === prefix);
  const number = Number(digits);
  if (crowd === undefined || number < 1 || number > crowd.count) return undefined;
  const { asked, language } = crowd;
  const shown = `${capital(crowd.prefix)} ${number}`;
  return { name, shown, temper: 'reader', crowd, asked, language };
}

/** @param at from 0 to below 1 */
export function pickTemper(tempers: Crowd['tempers'], at: number): Temper {
  const weights = Object.entries(tempers) as [Temper, number][];
  let left = at * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [temper, weight] of weights) {
    left -= weight;
    if (left < 0) return temper;
  }
  return weights.at(-1)![0];
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
