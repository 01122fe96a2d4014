/** Who reads mail at a provider, and what they do with a message that was taken for them. */
import { actsOf, kindOf, type Act } from '#lab/people/acts';
import { findPerson, type Person } from '#lab/people/person';
import { isTrap } from '#lab/people/traps';
import type { MessageFacts } from '#lab/providers/facts';
import type { Provider } from '#lab/providers/rule';
import type { DayTally } from '#lab/providers/senders/day-tally';
import type { Arrival } from '#mail/receive/arrival/arrival';

export interface Reader {
  readonly person: Person;
  readonly acts: readonly Act[];
}

/** Those who are at every provider (RFC 2142), and where its reports are answered. */
const ROLES: ReadonlySet<string> = new Set([
  'postmaster',
  'abuse',
  'feedback',
  'noreply',
  'dmarc',
  'tlsrpt',
]);
/** Nobody answers for ever: two who always do would never end. */
const LONGEST_TALK = 4;

/** @returns undefined: nobody of this name is there */
export function personAt(provider: Provider, localPart: string): Person | undefined {
  const name = localPart === '' ? 'postmaster' : localPart.toLowerCase();
  if (isTrap(name))
    return { name, shown: 'Nobody', temper: 'busy', trap: true, asked: false, language: 'en' };
  return ROLES.has(name)
    ? { name, shown: 'Postmaster', temper: 'reader', asked: true, language: 'en' }
    : findPerson(provider.people, provider.crowds, localPart);
}

export interface ReadingContext {
  readonly provider: Provider;
  readonly seed: number;
  /** What each person, and each crowd, got of each sender today. */
  readonly tally: DayTally;
}

/** @param sender who answers for the message */
export function readersOf(
  { provider, seed, tally }: ReadingContext,
  { recipients, envelope }: Pick<Arrival, 'recipients' | 'envelope'>,
  { marked: isList, automatic, asksToConfirm, follows }: MessageFacts,
  sender: string,
  folder: 'inbox' | 'spam',
): readonly Reader[] {
  const { domain } = provider;
  const isAutomatic = automatic || envelope.reversePath === null || follows >= LONGEST_TALK;
  return recipients.map(({ mailbox }) => {
    const person = personAt(provider, mailbox.localPart)!;
    const kind = `${sender} ${kindOf({ isList, folder })}`;
    const own = tally.add(`of ${person.name} ${kind}`);
    const before = person.crowd ? tally.add(`of all ${person.crowd.prefix} ${kind}`) : own;
    const { day } = tally;
    const letter = { domain, sender, folder, isList, isAutomatic, asksToConfirm, before, own, day };
    return {
      person,
      acts: ROLES.has(person.name) || person.trap ? [] : actsOf(seed, person, letter),
    };
  });
}
