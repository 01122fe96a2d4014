/**
 * The verdict: what becomes of a message, for each of its recipients, by what the checks found. Pure, so that a decision can be
 * told and tested without a server.
 */
import type { Finding, Wish } from '#mail/receive/inquiry/findings';
import { wishOf, type Policies } from './policies.ts';

export interface Judged {
  readonly id: number;
  /** Without a mailbox here: only sent on. */
  readonly forwardOnly: boolean;
}

/** `drop`: accepted for the others, and neither stored nor sent on for this one. */
export interface RecipientVerdict {
  readonly kind: 'inbox' | 'junk' | 'drop';
  /** The findings that led to it; empty for `inbox`. */
  readonly because: readonly Finding[];
}

export type Verdict =
  | {
      readonly kind: 'refuse';
      readonly how: Refusing;
      /** The first is what the client is told. */
      readonly because: readonly [Finding, ...Finding[]];
    }
  | { readonly kind: 'accept'; readonly recipients: ReadonlyMap<number, RecipientVerdict> };

/** Wishes that keep the message with the client, the heaviest first. */
const REFUSING = ['reject', 'temporary', 'greylist'] as const satisfies readonly Wish[];
export type Refusing = (typeof REFUSING)[number];

/**
 * Per recipient, with one reply: the message is refused only if every recipient refuses it or wants it again later, and for
 * good only if all refuse it for good. Otherwise it is accepted: who would refuse it for good gets it as junk, or not at all where it is only
 * sent on; who would have it again later gets it now. Junk is not sent on, since whoever sends it on is taken for its sender: who has no
 * mailbox here to put it in refuses it. What is junk by history alone is sent on then: history never refuses.
 */
export function verdict(
  findings: readonly Finding[],
  recipients: readonly Judged[],
  policies: Policies,
): Verdict {
  const weighed = recipients.map((recipient) => weigh(findings, recipient, policies));
  const refusals = weighed.flatMap(({ refusal }) => refusal ?? []);
  if (refusals.length === recipients.length) {
    const gentlest = refusals.find(({ how }) => how !== 'reject') ?? refusals[0];
    if (gentlest) return { kind: 'refuse', ...gentlest };
  }
  return {
    kind: 'accept',
    recipients: new Map(weighed.map(({ id, accepted }) => [id, accepted])),
  };
}

interface Weighed {
  readonly id: number;
  readonly refusal: Omit<Verdict & { kind: 'refuse' }, 'kind'> | undefined;
  /** What becomes of it if the message is accepted all the same. */
  readonly accepted: RecipientVerdict;
}

function weigh(
  findings: readonly Finding[],
  { id, forwardOnly }: Judged,
  policies: Policies,
): Weighed {
  const own = findings.filter(({ recipientId }) => recipientId === undefined || recipientId === id);
  const spares = own.some((finding) => wishOf(finding, policies) === 'spare');
  const counted = spares ? own.filter(({ reason }) => !policies.spared.has(reason)) : own;
  const wishing = (wish: Wish) => counted.filter((finding) => wishOf(finding, policies) === wish);
  const junk = junkIn(wishing, policies, forwardOnly);
  const refusing = (how: Refusing) =>
    how === 'reject' && forwardOnly ? [...wishing(how), ...junk] : wishing(how);
  const [refusal] = REFUSING.flatMap((how) => {
    const [first, ...others] = refusing(how);
    return first === undefined ? [] : [{ how, because: [first, ...others] as const }];
  });
  return { id, refusal, accepted: accept(refusal, junk, forwardOnly) };
}

/** What becomes of it where somebody else takes the message. */
function accept(
  refusal: Weighed['refusal'],
  junk: readonly Finding[],
  forwardOnly: boolean,
): RecipientVerdict {
  if (refusal?.how === 'reject')
    return { kind: forwardOnly ? 'drop' : 'junk', because: refusal.because };
  return junk.length > 0 ? { kind: 'junk', because: junk } : INBOX;
}

/** The findings that make it junk: each by itself, or weak signs together. */
function junkIn(
  wishing: (wish: Wish) => readonly Finding[],
  { suspicions, neverRefuse }: Policies,
  forwardOnly: boolean,
): readonly Finding[] {
  const suspect = wishing('suspect');
  const together = suspicions > 0 && suspect.length >= suspicions ? suspect : [];
  const decides = (because: readonly Finding[]) =>
    because.length > 0 && !(forwardOnly && because.every(({ reason }) => neverRefuse.has(reason)));
  return [wishing('junk'), together].find(decides) ?? [];
}

const INBOX: RecipientVerdict = { kind: 'inbox', because: [] };
