/** Every lesson that can be taken, by number. */
import type { Lesson } from './lesson.ts';
import { speakSmtp } from './phase-1/1-1-speak-smtp.ts';

export const LESSONS: ReadonlyMap<string, Lesson> = new Map(
  [speakSmtp].map((lesson) => [lesson.number, lesson]),
);
