/** What happens at a provider, and what it sends back, as steps. Pure. */
import { entryLines } from '#lab/providers/rules/tell-trace';
import { phraseFor, say } from '#mail/story/phrase';
import { momentsIn } from '#mail/story/spoken';
import { printable } from '#mail/story/terminal-text';
import type { Claim } from './attribute.ts';
import type { Block } from './block.ts';
import type { Letter, Visit } from './gathered.ts';
import type { Telling } from './telling.ts';
import type { Places } from './places.ts';
import { needsContent } from './purposes.ts';
import { questionStep } from './question-step.ts';
import type { Step } from './step.ts';
import {
  ACT_TEXTS,
  FOLDER_TEXTS,
  LETTER_STATES,
  LETTER_TEXTS,
  LETTER_WHYS,
  REPLAY_TEXTS,
} from './texts.ts';
import { transmissionSteps } from './transmission.ts';
import { whyOf } from './why.ts';

/** A session began so long before the message at most, where nothing says when. Milliseconds. */
const BEFORE = 10 * 60_000;

export function visitClaim(
  { host, client, senders, at }: Visit,
  since: number,
  places: Places,
): Claim {
  const asker = places.addressOf(host) ?? '';
  return { part: 'receiver', asker, since, until: at, about: senders, client };
}

/** Of a message that is none of ours, or whose reply we do not know. */
export function visitBlock(visit: Visit, telling: Telling): Block {
  const { places, language } = telling;
  return {
    at: visit.at,
    claims: [visitClaim(visit, visit.at - BEFORE, places)],
    steps: ([asked = []]) => {
      const questions = (late: boolean): Step[] =>
        asked
          .filter(({ purpose }) => needsContent(purpose) === late)
          .map((one) => questionStep(one, places, language));
      const { client, host, session, at } = visit;
      return [
        ...transmissionSteps(
          {
            client: places.nameOf(client, language),
            server: host,
            side: 'server',
            beganAt: session?.beganAt ?? at,
            endedAt: session?.endedAt ?? at,
            entries: session?.entries ?? [],
            early: questions(false),
            late: questions(true),
            verdict: [rulesStep(visit, telling)],
          },
          language,
        ),
        ...copySteps(visit, telling),
      ];
    },
  };
}

export function rulesStep({ host, at, told, outcome }: Visit, { language }: Telling): Step {
  const phrase = told === undefined ? REPLAY_TEXTS.exam : REPLAY_TEXTS.judged;
  return {
    at,
    kind: 'rules',
    from: host,
    text: say(phrase, language, { outcome: printable(outcome) }),
    lines: (told ?? []).flatMap((entry) =>
      entryLines(entry).map((text, index) => ({
        kind: index === 0 ? ('wire' as const) : ('meaning' as const),
        text: printable(text.trim()),
      })),
    ),
    why: [whyOf(REPLAY_TEXTS['rules-why'], language)],
  };
}

export function copySteps({ host, copies }: Visit, { language }: Telling): Step[] {
  return copies.map(({ person, folder, at, acts }) => ({
    at,
    kind: 'mailbox',
    from: host,
    to: printable(person),
    text: say(REPLAY_TEXTS.lies, language, {
      folder: FOLDER_TEXTS[folder][language],
      person: printable(person),
    }),
    lines: acts.flatMap((act) => {
      const text = phraseFor(ACT_TEXTS, act)?.[language] ?? printable(act);
      return [{ kind: 'detail' as const, text }];
    }),
    why: [],
  }));
}

export function letterBlock(letter: Letter, { language, timeZone }: Telling): Block {
  const { host, kind, to, state, said, madeAt, nextAt } = letter;
  const { date, time } = momentsIn(timeZone)(nextAt);
  const step: Step = {
    at: state === 'waiting' ? madeAt : nextAt,
    kind: 'letter',
    from: host,
    to: printable(to),
    text: say(REPLAY_TEXTS.letter, language, {
      kind: LETTER_TEXTS[kind][language],
      to: printable(to),
      state: say(LETTER_STATES[state], language, { at: `${date} ${time}` }),
    }),
    lines:
      said === ''
        ? []
        : [{ kind: 'detail', text: say(REPLAY_TEXTS.said, language, { reply: printable(said) }) }],
    why: [whyOf(LETTER_WHYS[kind], language)],
  };
  return { at: step.at, claims: [], steps: () => [step] };
}
