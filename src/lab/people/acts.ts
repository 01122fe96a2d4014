/**
 * What a person does with a message: a pure function of who they are, what it is and how many came before it today. The same seed and
 * the same mail give the same acts, whatever came in between.
 */
import { chance, pickTemper, type Person, type Temper } from './person.ts';

export type ActKind = 'open' | 'delete' | 'reply' | 'complain' | 'rescue';

export interface Act {
  readonly kind: ActKind;
  /** Calendar milliseconds after the message came. */
  readonly after: number;
}

/** The message, as far as it matters to a person. */
export interface Letter {
  /** The provider. */
  readonly domain: string;
  /** Who answers for it. */
  readonly sender: string;
  readonly folder: 'inbox' | 'spam';
  /** It goes to many. */
  readonly isList: boolean;
  /** Made by a program. */
  readonly isAutomatic: boolean;
  /** Asks whether the reader wants to be on a list. */
  readonly asksToConfirm: boolean;
  /** How many messages of this kind the person, or the whole crowd, had of the sender today, before this one. */
  readonly before: number;
  /** How many of them were this person's own. */
  readonly own: number;
  /** Days since 1970. */
  readonly day: number;
}

/** How likely a person is to call mail spam: list mail that was asked for, and that was not; and other mail. */
const COMPLAINS: Readonly<Record<Person['temper'], readonly [number, number, number]>> = {
  friend: [0, 0.002, 0],
  reader: [0.0003, 0.02, 0.0001],
  busy: [0.0005, 0.03, 0.0002],
  grumbler: [0.02, 0.9, 0.005],
  saver: [0, 0.002, 0],
};

const OPENS: Readonly<Record<Person['temper'], number>> = {
  friend: 1,
  reader: 0.6,
  busy: 0.15,
  grumbler: 0.4,
  saver: 0.8,
};

const MINUTE = 60_000;
/** More answers than this to one sender in a day, and two machines would be talking. */
const MOST_REPLIES = 3;
/** Whoever gets more than this of one sender's list mail in a day complains more. */
const ENOUGH = 3;

export function actsOf(seed: number, person: Person, letter: Letter): readonly Act[] {
  const { folder, isList, isAutomatic, before, own } = letter;
  const who = person.crowd?.prefix ?? person.name;
  const roll = (what: string): number =>
    chance(seed, letter.domain, who, letter.sender, kindOf(letter), letter.day, before, what);
  const temper =
    person.crowd === undefined ? person.temper : pickTemper(person.crowd.tempers, roll('temper'));
  const at = (most: number): number => Math.floor((1 + roll('when') * most) * MINUTE);
  if (folder === 'spam') {
    const finds = temper === 'saver' || (temper === 'friend' && !isList);
    if (!finds || roll('rescue') >= 0.8) return [];
    return [
      { kind: 'open', after: at(240) },
      { kind: 'rescue', after: at(240) },
    ];
  }
  // only whoever entered the address knows what is asked
  if (letter.asksToConfirm) return person.asked ? confirmed(at(60)) : [];
  if (roll('complain') < annoyance(temper, person.asked, letter))
    return [{ kind: 'complain', after: at(120) }];
  const opens = roll('open') < OPENS[temper];
  if (!opens) return roll('delete') < 0.7 ? [{ kind: 'delete', after: at(480) }] : [];
  const opened: Act = { kind: 'open', after: at(60) };
  const answers = temper === 'friend' && !isList && !isAutomatic && own < MOST_REPLIES;
  return answers ? [opened, { kind: 'reply', after: opened.after + MINUTE }] : [opened];
}

function confirmed(after: number): readonly Act[] {
  return [
    { kind: 'open', after },
    { kind: 'reply', after: after + MINUTE },
  ];
}

function annoyance(temper: Temper, asked: boolean, { isList, own }: Letter): number {
  const [wanted, unwanted, other] = COMPLAINS[temper];
  if (!isList) return asked ? other : Math.max(other, unwanted);
  const base = asked ? wanted : unwanted;
  return own < ENOUGH ? base : Math.min(1, base * (own - ENOUGH + 2));
}

/** Mail of one kind is counted by itself, so that the order of kinds does not matter. */
export function kindOf({ isList, folder }: Pick<Letter, 'isList' | 'folder'>): string {
  return `${isList ? 'list' : 'letter'} ${folder}`;
}
