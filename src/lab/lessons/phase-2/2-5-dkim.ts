/** Lesson 2.5: a signature of the learner's domain passes, breaks when one letter of the body is changed on the way, and passes again. */
import type { LabHost } from '#lab/addresses';
import type { SignatureFacts } from '#lab/providers/facts';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'pass' | 'broken' | 'again';

const FORWARDER: LabHost = 'mx.forward.test';

export const dkim = lesson<Key>({
  number: '2.5',
  slug: 'dkim',
  criteria: {
    pass: {
      en: 'Bigmail found a signature of your domain on a message of your server, and it passed',
      ja: 'あなたのサーバーのメールにドメインの署名があり、bigmail で pass した',
      rfc: 'RFC 6376 §6.1',
    },
    broken: {
      en: 'After that a message was changed on its way through mx.forward.test, and its body hash did not fit any more',
      ja: 'そのあと、mx.forward.test を通る途中でメールが書き換えられ、本文のハッシュが一致しなくなった',
      rfc: 'RFC 6376 §6.1.3',
    },
    again: {
      en: 'After that a signature of your domain passed again, on a message that came through mx.forward.test unchanged',
      ja: 'そのあと、mx.forward.test をそのまま通ったメールで、ドメインの署名が再び pass した',
      rfc: 'RFC 6376 §5.1',
    },
  },
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const mail = await judgedSince(world, run, 'bigmail');
    const pass = mail.find(
      (one) => isFrom(world, one, 'mail.example.test') && passes(one, domain) !== undefined,
    );
    const broken = mail.find(
      (one) => isFrom(world, one, FORWARDER) && isAfter(one, pass) && isBroken(one, domain),
    );
    const again = mail.find(
      (one) =>
        isFrom(world, one, FORWARDER) && isAfter(one, broken) && passes(one, domain) !== undefined,
    );
    return {
      pass: pass
        ? seen({ message: pass.id, at: named(passes(pass, domain)!) })
        : otherwise(mail.at(-1), domain),
      broken: broken
        ? seen({ message: broken.id })
        : pass
          ? otherwise(mail.at(-1), domain)
          : MISSING,
      again: again
        ? seen({ message: again.id, at: named(passes(again, domain)!) })
        : broken
          ? otherwise(mail.at(-1), domain)
          : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

function isFrom({ network }: LessonWorld, { client }: JudgedMail, host: LabHost): boolean {
  return client.ip === network.addressOf(host);
}

function isAfter({ at, id }: JudgedMail, other: JudgedMail | undefined): boolean {
  return other !== undefined && (at > other.at || (at === other.at && id > other.id));
}

function ofDomain({ message }: JudgedMail, domain: string): readonly SignatureFacts[] {
  return (message?.dkim ?? []).filter((signature) => signature.domain === domain);
}

function passes(mail: JudgedMail, domain: string): SignatureFacts | undefined {
  return ofDomain(mail, domain).find(({ result }) => result === 'pass');
}

function isBroken(mail: JudgedMail, domain: string): boolean {
  const signatures = ofDomain(mail, domain);
  return signatures.length > 0 && signatures.every(({ reason }) => reason === 'body-hash-mismatch');
}

function named({ selector, domain }: SignatureFacts): string {
  return `${selector}._domainkey.${domain}`;
}

function otherwise(last: JudgedMail | undefined, domain: string): Sight {
  if (last === undefined) return MISSING;
  const found = ofDomain(last, domain)
    .map((signature) => `${signature.selector} ${signature.reason ?? signature.result}`)
    .join(', ');
  return missing(
    found === ''
      ? {
          en: `The last message, ${last.id}, had no signature of ${domain}.`,
          ja: `最後のメール ${last.id} には ${domain} の署名がありませんでした。`,
        }
      : {
          en: `Of the last message, ${last.id}, bigmail said: ${found}.`,
          ja: `最後のメール ${last.id} について bigmail が示した結果：${found}`,
        },
  );
}
