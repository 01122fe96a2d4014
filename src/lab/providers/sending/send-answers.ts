/** What comes back of a message that was taken: answers of people, complaints to whoever signed it, and notices of mailboxes that failed later. */
import type { Ground } from '#lab/ground';
import { composeAnswer } from '#lab/people/answer';
import type { Reader } from '#lab/providers/reception/readers';
import type { Taken } from '#lab/providers/reception/reception';
import { composeFeedbackMail } from '#protocol/arf/compose-report';
import { composeNotice, finalRecipientOf } from '#protocol/dsn/compose';
import { formatMailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { summarize } from '#protocol/message/summary';
import type { NewLetter } from './outbox.ts';

/** A notice of a mailbox that took the message and could not keep it. Milliseconds after it came. */
const LATE = 20 * 60_000;

export async function sendAnswers(
  ground: Pick<Ground, 'clock' | 'store'>,
  taken: Taken,
  add: (letter: NewLetter) => Promise<void>,
): Promise<void> {
  for (const reader of taken.readers) {
    for (const { kind, after } of reader.acts) {
      const at = ground.clock.now() + after;
      const letter =
        kind === 'reply'
          ? answerTo(ground, taken, reader, at)
          : kind === 'complain'
            ? complaintOf(ground, taken, reader, at)
            : undefined;
      if (letter !== undefined) await add(letter);
    }
    const notice = reader.person.box === 'late' && noticeTo(ground, taken, reader);
    if (notice) await add(notice);
  }
}

function answerTo(
  { store }: Pick<Ground, 'store'>,
  { provider, arrival: { content } }: Taken,
  { person }: Reader,
  at: number,
): NewLetter | undefined {
  const original = summarize(content.head, content.header);
  const [author] = original.from;
  if (author === undefined || author.localPart === '' || author.domain === '') return undefined;
  const to = formatMailbox(author);
  const { domain } = provider;
  const messageId = `${store.newId()}@${domain}`;
  return {
    provider,
    kind: 'reply',
    reversePath: `${person.name}@${domain}`,
    forwardPath: to,
    message: composeAnswer({
      person,
      domain,
      to,
      original,
      messageId,
      now: at,
      charset: person.charset ?? provider.charset,
    }),
    at,
  };
}

/** As Yahoo's complaint feedback loop does: to the domain that signed, where the provider tells complaints at all. */
function complaintOf(
  { store, clock }: Pick<Ground, 'store' | 'clock'>,
  { provider, arrival, client, identity }: Taken,
  { person }: Reader,
  at: number,
): NewLetter | undefined {
  if (!provider.reports.complaints || identity?.by !== 'dkim') return undefined;
  const { content, envelope } = arrival;
  const id = store.newId();
  const to = `fbl@${identity.domain}`;
  const from = `feedback@${provider.domain}`;
  const head = content.head;
  const whole = content.blob.kind === 'whole' ? content.blob.data : head;
  return {
    provider,
    kind: 'complaint',
    reversePath: from,
    forwardPath: to,
    message: composeFeedbackMail({
      from: `${provider.shown} <${from}>`,
      to,
      subject: `FW: ${summarize(head, content.header).subject}`,
      messageId: `${id}@${provider.domain}`,
      now: at,
      lines: [
        `This is an email abuse report for an email message received from IP ${client.ip}`,
        `on ${new Date(clock.now()).toUTCString()}.`,
      ],
      report: {
        feedbackType: 'abuse',
        userAgent: `${provider.shown}-Feedback/1.0`,
        originalMailFrom: client.reversePath,
        originalRcptTo: [`${person.name}@${provider.domain}`],
        arrivalDate: clock.now(),
        reportingMta: provider.mx,
        sourceIp: client.ip,
        incidents: 1,
        authenticationResults: [`${provider.mx}; dkim=pass header.d=${identity.domain}`],
        reportedDomains: [identity.domain],
        reportedUris: [],
        ...(envelope.envid !== undefined && { originalEnvelopeId: envelope.envid }),
      },
      original: { header: head, body: [whole.subarray(head.length)] },
      boundary: `feedback${id}`,
    }),
    at,
  };
}

/** To the reverse-path, which SPF or DKIM vouched for when it was taken. */
function noticeTo(
  { store, clock }: Pick<Ground, 'store' | 'clock'>,
  { provider, arrival, identity }: Taken,
  { person }: Reader,
): NewLetter | undefined {
  const { envelope, content } = arrival;
  const { reversePath } = envelope;
  if (reversePath === null || identity === undefined) return undefined;
  const now = clock.now();
  const id = store.newId();
  const mailbox = { localPart: person.name, domain: provider.domain };
  const recipient = arrival.recipients.find(
    (one) => one.mailbox.localPart.toLowerCase() === person.name,
  );
  if (recipient?.notify === 'NEVER') return undefined;
  const { message } = composeNotice({
    host: provider.mx,
    sender: parseMailbox(`postmaster@${provider.domain}`)!,
    author: reversePath,
    recipients: [
      {
        finalRecipient: finalRecipientOf(mailbox),
        action: 'failed',
        status: '5.2.1',
        remoteMta: { type: 'dns', value: provider.mx },
        diagnosticCode: { type: 'smtp', value: `550 5.2.1 The account ${person.name} is disabled` },
        lastAttempt: now + LATE,
      },
    ],
    arrivalDate: now,
    envid: undefined,
    ret: envelope.ret,
    original: { header: content.head, body: undefined },
    languages: [provider.language],
    transport: '8bit',
    messageId: `${id}@${provider.domain}`,
    date: now + LATE,
    boundary: `notice${id}`,
  });
  return {
    provider,
    kind: 'notice',
    reversePath: '',
    forwardPath: formatMailbox(reversePath),
    message,
    at: now + LATE,
  };
}
