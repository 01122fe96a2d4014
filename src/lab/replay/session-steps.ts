/** A session with a host as steps, the learner's server or another, whether a message came of it or not. Pure. */
import type { AskedQuestion } from '#lab/dns/questions';
import type { SmtpSessionRecord } from '#store/lab/lesson-sessions';
import { attribute, type Claim } from './attribute.ts';
import type { Telling } from './telling.ts';
import { needsContent } from './purposes.ts';
import { questionStep } from './question-step.ts';
import type { Step } from './step.ts';
import { transmissionSteps } from './transmission.ts';

/** @param host whose record it is */
export function sessionSteps(
  { listener, client, beganAt, endedAt, entries }: SmtpSessionRecord,
  host: string,
  questions: readonly AskedQuestion[],
  { places, language }: Telling,
): Step[] {
  const lastAt = endedAt ?? Number.MAX_SAFE_INTEGER;
  const claim: Claim = {
    part: 'receiver',
    asker: places.addressOf(host) ?? places.own.address,
    since: beganAt,
    until: lastAt,
    about: domainsIn(entries),
    client,
  };
  // whoever submits has logged in: nothing is asked about them
  const [asked = []] = listener === 'mx' ? attribute([claim], questions, places.resolver) : [];
  const steps = (late: boolean): Step[] =>
    asked
      .filter(({ purpose }) => needsContent(purpose) === late)
      .map((one) => questionStep(one, places, language));
  return transmissionSteps(
    {
      client: places.nameOf(client, language),
      server: host,
      side: 'server',
      beganAt,
      endedAt: lastAt,
      entries,
      early: steps(false),
      late: steps(true),
      verdict: [],
    },
    language,
  );
}

/** What EHLO and MAIL name. */
function domainsIn(entries: SmtpSessionRecord['entries']): string[] {
  const names = entries.flatMap((entry) => {
    if (entry.kind !== 'received') return [];
    const named =
      /^(?:EHLO|HELO)[ \t]+([\w.-]{1,255})/i.exec(entry.line) ??
      /^MAIL FROM:<[^>]{0,300}@([\w.-]{1,255})>/i.exec(entry.line);
    return named === null ? [] : [named[1]!.toLowerCase()];
  });
  return [...new Set(names)];
}
