/** What the SMTP sessions call, put together from the parts of the server. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#clock';
import type { Config } from '#config';
import type { Event } from '#events';
import type { Log } from '#log';
import type { Authenticator } from '#mail/accounts/authenticate';
import type { Queue } from '#mail/queue/options';
import { DailyAllowance } from '#mail/abuse/daily-allowance';
import type { Guard } from '#mail/abuse/guard';
import type { EchoBox } from '#mail/doctor/echo-box';
import { accept, type AcceptContext } from '#mail/receive/accept';
import type { DmarcLedger } from '#mail/reports/dmarc-ledger';
import { seenMessage } from '#mail/reports/seen-message';
import { takeOwnMail } from '#mail/receive/arrival/own-mail';
import { judgeRecipient, type RecipientContext } from '#mail/receive/recipient';
import { submit, type SubmitContext } from '#mail/submit/submit';
import { leavingExpansion } from '#mail/unsubscribe/by-mail';
import type { SmtpServices } from '#servers/smtp/settings';
import type { Directory } from '#store/directory/directory';
import { noticeLanguages } from '#server/outgoing/outbound';
import type { Leaving } from '#server/outgoing/unsubscribe';
import type { Store } from '#store/database/open';
import type { EventBuffer } from '#store/events/event-buffer';
import { sendingLimitsOf } from './abuse.ts';
import type { Reception } from './reception.ts';
import type { Reputation } from './reputation.ts';

export interface ServiceParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  readonly guard: Guard;
  readonly queue: Queue;
  readonly reception: Reception;
  readonly reputation: Reputation;
  readonly echo: EchoBox;
  readonly leaving: Leaving;
  readonly witness: SmtpServices['witness'];
  /** Undefined: no reports of DMARC are sent. */
  readonly dmarc: DmarcLedger | undefined;
  readonly notes: EventBuffer;
  readonly happened: (events: readonly Event[]) => void;
}

/** @returns what `servers/smtp` is started with */
export function smtpServices(parts: ServiceParts): SmtpServices {
  const { config, log, clock, store, directory, authenticator, guard, queue, notes, happened } =
    parts;
  const { inquire, policies } = parts.reception;
  const common = {
    writer: store.writer,
    clock,
    hostname: config.hostname,
    queueLifetime: config['queue.lifetime'],
  };
  const { leaving } = parts;
  const { hostname } = config;
  const ownMail = { pool: store.pool, directory, hostname, keys: leaving.keys };
  const acceptContext: AcceptContext = {
    ...common,
    pool: store.pool,
    directory,
    newId: store.newId,
    policies,
    history: parts.reputation.history,
    seen: (arrival, judgement) => {
      const kind = parts.dmarc && seenMessage(arrival, judgement, policies);
      if (kind) parts.dmarc?.note(kind);
    },
    takeOwnMail: (arrival, facts, now) => takeOwnMail(ownMail, arrival, facts, now),
    sealsForwards: config['forward.arc_seal'],
    notices: {
      store,
      directory,
      log,
      hostname,
      randomBytes,
      schedule: { lifetime: config['queue.lifetime'] },
      languages: noticeLanguages(config),
    },
    stored: (accountIds, destinations, events) => {
      for (const id of accountIds) store.notices.say(`account:${id}`);
      if (destinations.length > 0) queue.wake(destinations);
      happened(events);
    },
  };
  const submitContext: SubmitContext = {
    ...common,
    daily: new DailyAllowance({
      pool: store.pool,
      clock,
      log,
      limits: sendingLimitsOf(config),
      note: (noted) => notes.note(noted),
    }),
    directory,
    wayOut: leaving.offering,
    random: randomBytes,
    hideAuthorAddress: config['submission.hide_author_address'],
    takesBounces: config['submission.take_bounces'],
    queued: ({ id, blob }, destinations, events) => {
      if (blob.kind === 'whole') queue.keep(id, blob.data);
      queue.wake(destinations);
      happened(events);
    },
  };
  const recipients: RecipientContext = {
    directory,
    pool: store.pool,
    echo: (mailbox) => parts.echo.expansionOf(mailbox) ?? leavingExpansion(leaving.keys, mailbox),
  };
  return {
    clock,
    log,
    newId: store.newId,
    random: randomBytes,
    writer: store.writer,
    judgeRecipient: (mailbox, size, bouncing) =>
      judgeRecipient(recipients, mailbox, size, bouncing),
    sendAs: (principalId) => directory.sendAs(principalId),
    authenticator,
    inquire,
    conduct: parts.reputation.conduct,
    isKnown: parts.reputation.isKnown,
    logins: guard.logins,
    sealsForwards: acceptContext.sealsForwards,
    accept: (arrival) => accept(acceptContext, arrival),
    submit: (submission) => submit(submitContext, submission),
    note: (noted) => notes.note(noted),
    witness: parts.witness,
  };
}
