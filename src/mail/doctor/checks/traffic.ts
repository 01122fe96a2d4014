/** R3, L1, L3, C1 and B1: how mail fares, by what the server counted. */
import type { ServerContext } from '#mail/doctor/check';
import { pagesOf, placeOnDeferral } from '#mail/doctor/document';
import type { Outcome } from '#mail/doctor/outcome';
import { textOf } from '#mail/doctor/result';
import type { TrafficFacts } from '#mail/doctor/server-facts';
import { DAY, HOUR, listed, percent, quoted, spokenAge } from '#mail/doctor/spoken-values';

/** Fewer messages tell nothing about the next. */
const LEAST = 20;
/** Percent. */
const BOUNCES = { fine: 2, bearable: 5 };

export function hardBounces({ server }: ServerContext): Outcome<'R3'> {
  const { delivered, failed } = server.traffic.outcomes;
  const all = delivered + failed;
  const count = String(all);
  if (all < LEAST) return { finding: 'too-few', values: { count } };
  const share = (100 * failed) / all;
  const finding = share < BOUNCES.fine ? 'few' : share <= BOUNCES.bearable ? 'some' : 'many';
  return { finding, values: { count, share: percent(failed, all) } };
}

/** Recipients in the queue below which growth is no matter. */
const SMALL = 50;

export function queue({ server, now }: ServerContext): Outcome<'L1'> {
  const { waiting, oldestAt, hours } = server.queue;
  if (waiting === 0 || oldestAt === undefined) return { finding: 'empty', values: {} };
  const since = now() - oldestAt;
  const values = { count: String(waiting), age: spokenAge(since) };
  if (since > DAY) return { finding: 'stuck', values };
  const isGrowing = hours.length > 0 && hours.every(({ came, left }) => came > left);
  if (isGrowing && waiting > SMALL) return { finding: 'growing', values };
  return { finding: since > HOUR ? 'waiting' : 'short', values };
}

const DEFERRALS = { fine: 5, bearable: 20 };

export function deferrals({ server, settings }: ServerContext): Outcome<'L3'> {
  const { attempts, reasons } = server.traffic.deferrals;
  const count = String(attempts);
  if (attempts < LEAST) return { finding: 'too-few', values: { count } };
  const top = reasons.toSorted((a, b) => b.count - a.count)[0];
  const most = top?.count ?? 0;
  const reason = top === undefined ? '' : `${top.stage} ${top.status}`;
  const share = (100 * most) / attempts;
  const values = { count, share: percent(most, attempts), reason };
  if (share <= DEFERRALS.fine) return { finding: 'few', values };
  const finding = share <= DEFERRALS.bearable ? 'some' : 'many';
  const pages = pagesOf(settings.documentation);
  const place = placeOnDeferral(top!.stage, top!.status);
  return { finding, values: { ...values, pages, place }, about: reason };
}

/** Octets: what Gmail shows of a message. */
const HTML_SHOWN = 102 * 1024;

export function sentForm({ server }: ServerContext): Outcome<'C1'> {
  const { lastSent } = server.traffic;
  if (lastSent.length === 0) return { finding: 'none-kept', values: {} };
  const judged = lastSent.flatMap((one) => judgeForm(one) ?? []);
  // of several the gravest is told, the newest of these
  for (const status of ['fail', 'warn'])
    for (const outcome of judged)
      if (textOf('C1', outcome.finding).status === status) return outcome;
  return { finding: 'good', values: { count: String(lastSent.length) } };
}

function judgeForm({ id, lint }: TrafficFacts['lastSent'][number]): Outcome<'C1'> | undefined {
  const values = { id };
  if (lint.from > 1) return { finding: 'two-from', values: { id, count: String(lint.from) } };
  if (lint.missing.length > 0)
    return { finding: 'missing', values: { id, fields: listed(lint.missing) } };
  if (lint.badDate !== undefined)
    return { finding: 'bad-date', values: { id, date: quoted(lint.badDate, 80) } };
  if (lint.badEncodedWord !== undefined)
    return { finding: 'bad-encoded-word', values: { id, word: quoted(lint.badEncodedWord, 80) } };
  if (lint.bareLineEnd) return { finding: 'bare-line-end', values };
  if (lint.rawHeader) return { finding: 'raw-header', values };
  if (lint.brokenMime) return { finding: 'broken-mime', values };
  if (lint.htmlOnly) return { finding: 'html-only', values };
  return lint.html > HTML_SHOWN ? { finding: 'html-large', values } : undefined;
}

/** Failures in an hour that anybody's server sees, how many times the usual make a wave, and names that are a spray. */
const LOGINS = { few: 100, times: 5, names: 50 };

export function loginAbuse({ server }: ServerContext): Outcome<'B1'> {
  const { failures, usual, names, beyond } = server.traffic.logins;
  if (beyond.length > 0) {
    const accounts = listed(beyond);
    return { finding: 'beyond', values: { accounts }, about: accounts };
  }
  if (names > LOGINS.names) return { finding: 'spray', values: { names: String(names) } };
  const count = String(failures);
  return failures > LOGINS.few && failures > LOGINS.times * usual
    ? { finding: 'spike', values: { count, usual: String(Math.round(usual)) } }
    : { finding: 'calm', values: { count } };
}
