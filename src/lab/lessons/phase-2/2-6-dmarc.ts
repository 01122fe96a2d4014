/** Lesson 2.6: from p=none to p=reject in steps, before each of which a report of a provider was taken in. */
import type { MessageFacts } from '#lab/providers/facts';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  listDmarcReports,
  readDmarcReport,
  type KeptDmarcReport,
} from '#store/reports/dmarc-reports';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { isOwn, judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'none' | 'quarantine' | 'again' | 'reject' | 'aligned';
type Policy = MessageFacts['policy'];
type OwnMail = JudgedMail & { readonly message: MessageFacts };

/** Reports that a check reads, newest first. */
const MOST_REPORTS = 100;

export const dmarc = lesson<Key>({
  number: '2.6',
  slug: 'dmarc',
  criteria: {
    none: {
      en: 'A report of a provider was taken in, of a day at p=none, with mail of your server in it',
      ja: 'p=none の日についてのプロバイダーのレポートを取り込み、そこにあなたのサーバーのメールが載っている',
      rfc: 'RFC 9990 §3',
    },
    quarantine: {
      en: 'After that a provider judged mail of yours under p=quarantine',
      ja: 'そのあと、プロバイダーが p=quarantine のもとであなたのメールを判定した',
      rfc: 'RFC 9989 §4.7',
    },
    again: {
      en: 'A report of a day at p=quarantine was taken in as well',
      ja: 'p=quarantine の日についてのレポートも取り込んだ',
      rfc: 'RFC 9990 §3',
    },
    reject: {
      en: 'After that a provider judged mail of yours under p=reject',
      ja: 'そのあと、プロバイダーが p=reject のもとであなたのメールを判定した',
      rfc: 'RFC 9989 §4.7',
    },
    aligned: {
      en: 'Since the first step up all mail of your server passed DMARC at the providers: 100 %',
      ja: '最初にポリシーを上げてから、あなたのサーバーのメールはプロバイダーで 100 % DMARC に pass している',
      rfc: 'RFC 9989 §4.4',
    },
  },
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const mail = await ownMail(world, run, domain);
    const none = await reportUnder(world, run, domain, 'none', run.startedAt);
    const quarantine = none && judgedUnder(mail, 'quarantine', none);
    const again =
      quarantine && (await reportUnder(world, run, domain, 'quarantine', quarantine.at));
    const reject = again && judgedUnder(mail, 'reject', again);
    return {
      none: none ? reportSight(none) : MISSING,
      quarantine: quarantine ? mailSight(quarantine) : tooEarly(mail, 'quarantine', none),
      again: again ? reportSight(again) : MISSING,
      reject: reject ? mailSight(reject) : tooEarly(mail, 'reject', again),
      aligned: quarantine ? alignedSight(mail, quarantine) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

/** At every provider that reports, oldest first. */
async function ownMail(world: LessonWorld, run: LessonRun, domain: string): Promise<OwnMail[]> {
  const reporters = aroundOf(world).providers.all.filter(({ reports }) => reports.dmarc);
  const judged = await Promise.all(reporters.map(({ name }) => judgedSince(world, run, name)));
  return judged
    .flat()
    .filter(isOwn(world, domain))
    .toSorted((one, other) => one.at - other.at);
}

/** The first of a provider that came since then: signed by it, of this policy, with a row of the learner's server. */
async function reportUnder(
  { store: { pool }, network }: LessonWorld,
  run: LessonRun,
  domain: string,
  policy: Policy,
  since: number,
): Promise<KeptDmarcReport | undefined> {
  const own = network.addressOf('mail.example.test');
  const reports = await listDmarcReports(pool, { domain, limit: MOST_REPORTS });
  for (const report of reports.toReversed()) {
    const { signer, receivedAt } = report;
    if (signer === '' || report.policy.p !== policy) continue;
    if (receivedAt.getTime() < Math.max(since, run.startedAt)) continue;
    const rows = (await readDmarcReport(pool, report.id))?.rows ?? [];
    if (rows.some(({ sourceIp }) => sourceIp === own)) return report;
  }
  return undefined;
}

/** Under a policy to which the learner went after they had a report. */
function judgedUnder(
  mail: readonly OwnMail[],
  policy: Policy,
  { receivedAt }: KeptDmarcReport,
): OwnMail | undefined {
  return mail.find((one) => one.message.policy === policy && one.at >= receivedAt.getTime());
}

function tooEarly(
  mail: readonly OwnMail[],
  policy: Policy,
  report: KeptDmarcReport | undefined,
): Sight {
  if (report !== undefined || !mail.some(({ message }) => message.policy === policy))
    return MISSING;
  return missing({
    en: `Mail met p=${policy} before the report was there that should have been read first.`,
    ja: `先に読むべきレポートが届く前に、メールが p=${policy} のもとで判定されました。`,
  });
}

function alignedSight(mail: readonly OwnMail[], { at: since }: OwnMail): Sight {
  const judged = mail.filter(({ at }) => at >= since);
  const failed = judged.filter(({ message }) => message.dmarc !== 'pass');
  const count = `${judged.length - failed.length}/${judged.length}`;
  if (failed.length === 0) return seen({ at: count });
  const ids = failed.map(({ id }) => id).join(', ');
  return missing({
    en: `${count} passed; these did not: ${ids}. Mend the cause and start the lesson anew.`,
    ja: `pass したのは ${count} です。失敗したもの：${ids}。原因を直し、レッスンを初めからやり直してください。`,
  });
}

function reportSight({ id, organization, policy, messages, passed }: KeptDmarcReport): Sight {
  return seen({ at: `${id} ${organization} p=${policy.p} ${passed}/${messages}` });
}

function mailSight({ id, message: { policy } }: OwnMail): Sight {
  return seen({ message: id, at: `p=${policy}` });
}
