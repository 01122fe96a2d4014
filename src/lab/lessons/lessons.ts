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
import { buyADomain } from './phase-2/2-1-buy-a-domain.ts';
import { receiveByMx } from './phase-2/2-2-receive-by-mx.ts';
import { reverseName } from './phase-2/2-3-reverse-name.ts';
import { spf } from './phase-2/2-4-spf.ts';
import { dkim } from './phase-2/2-5-dkim.ts';
import { dmarc } from './phase-2/2-6-dmarc.ts';
import { forger } from './phase-2/2-7-forger.ts';
import { forwards } from './phase-2/2-8-forwards.ts';
import { acme } from './phase-2/2-9-acme.ts';
import { mtaSts } from './phase-2/2-10-mta-sts.ts';
import { dane } from './phase-2/2-11-dane.ts';
import { ports } from './phase-2/2-12-ports.ts';
import { floods } from './phase-2/2-13-floods.ts';
import { incidents } from './phase-2/2-14-incidents.ts';
import { doctor } from './phase-2/2-15-doctor.ts';
import { greylisting } from './phase-3/3-2-greylisting.ts';
import { classifyBounces } from './phase-3/3-9-classify-bounces.ts';
import { blockList } from './phase-3/3-8-block-list.ts';
import { firstMail } from './phase-3/3-1-first-mail.ts';
import { bounces } from './phase-3/3-3-bounces.ts';
import { tooFast } from './phase-3/3-5-too-fast.ts';
import { unknownFault } from './phase-3/3-12-unknown-fault.ts';
import { warmUpPlan } from './phase-3/3-4-warm-up.ts';
import { oneClick } from './phase-3/3-6-one-click.ts';
import { deliveryLog } from './phase-3/3-11-delivery-log.ts';
import { complaints } from './phase-3/3-7-complaints.ts';
import { runbook } from './phase-3/3-13-runbook.ts';
import { threeAlerts } from './phase-3/3-10-three-alerts.ts';

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
    buyADomain,
    receiveByMx,
    reverseName,
    spf,
    dkim,
    dmarc,
    forger,
    forwards,
    acme,
    mtaSts,
    dane,
    ports,
    floods,
    incidents,
    doctor,
    greylisting,
    classifyBounces,
    blockList,
    firstMail,
    bounces,
    tooFast,
    unknownFault,
    warmUpPlan,
    oneClick,
    deliveryLog,
    complaints,
    runbook,
    threeAlerts,
  ].map((lesson) => [lesson.number, lesson]),
);
