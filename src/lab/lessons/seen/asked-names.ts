/** Questions of the DNS since a lesson began. They are kept in memory: after a restart they have to be asked again. */
import type { AskedQuestion } from '#lab/dns/questions';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { LessonRun } from '#store/lab/lesson-runs';

/** Oldest first. */
export function askedSince(
  world: Pick<LessonWorld, 'around'>,
  run: Pick<LessonRun, 'startedAt'>,
): AskedQuestion[] {
  return aroundOf(world)
    .dns.questions.list()
    .filter(({ at }) => at >= run.startedAt);
}

/** Whether a name is the domain or lies below it. */
export function isOf(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** `#412 127.20.0.3 → mail.hanako.test A`: by its number in `lab dns questions --json`. */
export function questionText({ number, to, name, type }: AskedQuestion): string {
  return `#${number} ${to} → ${name} ${type}`;
}
