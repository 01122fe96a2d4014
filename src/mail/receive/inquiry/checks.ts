/**
 * Every check of reception, in the order in which they are told, under the stage of the dialogue at which each can begin. Before
 * them all, a client that speaks before the greeting is sent away (`servers/smtp/session.ts`), and RCPT has refused whoever cannot be
 * delivered to (`recipient.ts`). To add one: its facts in `facts.ts`, its file in `checks/`, its row here.
 */
import type { Check, Outline } from './check.ts';
import { arc } from './checks/arc.ts';
import { author } from './checks/author.ts';
import { content } from './checks/content.ts';
import { dkim } from './checks/dkim.ts';
import { dmarc } from './checks/dmarc.ts';
import { ehlo } from './checks/ehlo.ts';
import { form } from './checks/form.ts';
import { greylist } from './checks/greylist.ts';
import { iprev } from './checks/iprev.ts';
import { lists } from './checks/lists.ts';
import { loop } from './checks/loop.ts';
import { reputation } from './checks/reputation.ts';
import { sender } from './checks/sender.ts';
import { spf } from './checks/spf.ts';
import { standIn } from './checks/stand-in.ts';
import { trust } from './checks/trust.ts';
import type { AllFacts, CheckName } from './facts.ts';
import type { Finding } from './findings.ts';
import type { Stage } from './given.ts';

type ChecksAt<At extends Stage> = { readonly [Name in CheckName]?: Check<Name, At> };

export const CHECKS = {
  /** Who connects. */
  client: { iprev, lists },
  /** Who it says it is, and for whom it speaks. */
  mail: { ehlo, sender, spf },
  /** What the message says of itself. */
  header: { form, author, dkim, arc, dmarc, standIn, reputation },
  /** What it is, for whom. */
  end: { trust, loop, greylist, content },
} as const satisfies { readonly [At in Stage]: ChecksAt<At> };

/** Each by its name: one without its row does not compile. */
const BY_NAME: { readonly [Name in CheckName]: Pick<Check<Name, Stage>, 'outline' | 'find'> } = {
  ...CHECKS.client,
  ...CHECKS.mail,
  ...CHECKS.header,
  ...CHECKS.end,
};
export const CHECK_NAMES = Object.keys(BY_NAME) as CheckName[];

/** What was found, check by check. Pure. */
export function findAll(facts: AllFacts): readonly Finding[] {
  return CHECK_NAMES.flatMap((name) => {
    const fact = facts[name];
    if (fact.kind === 'known') return reader(name).find(fact.value, facts);
    return fact.kind === 'unknown' ? (reader(name).findUnknown?.() ?? []) : [];
  });
}

/** Of a check that was made. */
export function outlineOf(name: CheckName, facts: AllFacts): Outline | undefined {
  const fact = facts[name];
  return fact.kind === 'known' ? reader(name).outline(fact.value) : undefined;
}

interface Reader {
  outline(value: unknown): Outline;
  find(value: unknown, all: AllFacts): readonly Finding[];
  findUnknown?(): readonly Finding[];
}

/** That a check and its fact are of one name is more than the compiler can follow: it takes methods on trust. */
function reader(name: CheckName): Reader {
  return BY_NAME[name];
}
