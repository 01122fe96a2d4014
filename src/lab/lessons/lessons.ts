/** Every lesson that can be taken, by number. */
import type { Lesson } from './lesson.ts';
import { speakSmtp } from './phase-1/1-1-speak-smtp.ts';
import { breakIt } from './phase-1/1-2-break-it.ts';
import { userAndHash } from './phase-1/1-3-user-and-hash.ts';
import { authUnderTls } from './phase-1/1-4-auth-under-tls.ts';
import { noOpenRelay } from './phase-1/1-5-no-open-relay.ts';
import { existingApp } from './phase-1/1-6-existing-app.ts';
import { japaneseMail } from './phase-1/1-7-japanese-mail.ts';
import { readThePath } from './phase-1/1-8-read-the-path.ts';
import { databaseStops } from './phase-1/1-9-database-stops.ts';
import { acme } from './phase-2/2-9-acme.ts';
import { ports } from './phase-2/2-12-ports.ts';
import { greylisting } from './phase-3/3-2-greylisting.ts';
import { classifyBounces } from './phase-3/3-9-classify-bounces.ts';

export const LESSONS: ReadonlyMap<string, Lesson> = new Map(
  [
    speakSmtp,
    breakIt,
    userAndHash,
    authUnderTls,
    noOpenRelay,
    existingApp,
    japaneseMail,
    readThePath,
    databaseStops,
    acme,
    ports,
    greylisting,
    classifyBounces,
  ].map((lesson) => [lesson.number, lesson]),
);
