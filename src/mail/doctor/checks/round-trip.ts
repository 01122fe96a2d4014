/** L2: a message to our own port, to an address that keeps nothing, until it is stored. */
import type { ServerContext } from '#mail/doctor/check';
import type { Outcome } from '#mail/doctor/outcome';
import { isHere } from '#mail/doctor/is-here';
import { hostPort, listenerNamed, targetOf } from '#mail/doctor/own-listeners';
import { listed, quoted } from '#mail/doctor/spoken-values';
import { formatDate } from '#protocol/message/header/date';

/** Milliseconds. */
const LOOK_EVERY = 200;
const PATIENCE = 80_000;
/** A host that takes this long for one message has something that holds it up. */
const SLOW = 60_000;
/** Of the whole check: the address is taken for two minutes. */
export const ROUND_TRIP_PATIENCE = 100_000;

export async function roundTrip(context: ServerContext): Promise<Outcome<'L2'>> {
  const { domain, server, echo, probes, signal, monotonic, settings } = context;
  if (!isHere(server, domain)) return { finding: 'not-here', values: {} };
  const mx = listenerNamed(server, 'smtp');
  if (mx === undefined || mx.proxied || echo === undefined)
    return { finding: 'unreachable', values: { what: 'smtp', cause: 'PROXY' } };
  const address = await echo.open(domain);
  const start = monotonic();
  const lines = [
    `EHLO ${settings.hostname}`,
    'MAIL FROM:<>',
    `RCPT TO:<${address}>`,
    'DATA',
    letter(address, settings.hostname, context.realNow()),
    'QUIT',
  ];
  const said = await probes.dialogue(targetOf(mx), 'smtp', lines, signal);
  const what = hostPort(mx);
  if (said.kind === 'failed')
    return { finding: 'unreachable', values: { what, cause: said.cause } };
  const replies = said.replies.slice(0, 5).map((reply) => quoted(reply.at(-1) ?? ''));
  const evidence = [{ asked: `message to ${address}`, by: what, answer: replies.at(-1) ?? '' }];
  const refused = replies.find((reply) => !/^[23]/.test(reply));
  if (refused?.startsWith('4') === true)
    return { finding: 'unreachable', values: { what, cause: refused }, evidence };
  if (refused !== undefined) return { finding: 'refused', values: { reply: refused }, evidence };
  return waitFor(context, address, start, replies.at(-1) ?? '', evidence);
}

async function waitFor(
  { echo, monotonic, sleep }: ServerContext,
  address: string,
  start: number,
  reply: string,
  evidence: Outcome<'L2'>['evidence'] & object,
): Promise<Outcome<'L2'>> {
  for (;;) {
    const found = await echo!.look(address);
    const took = monotonic() - start;
    if (found !== undefined && found.junk.length > 0) {
      const reasons = listed(found.junk);
      return { finding: 'junk', values: { reasons }, evidence, about: reasons };
    }
    const seconds = String(Math.round(took / 100) / 10);
    if (found !== undefined)
      return { finding: took < SLOW ? 'arrived' : 'slow', values: { seconds }, evidence };
    if (took > PATIENCE) return { finding: 'lost', values: { id: quoted(reply) }, evidence };
    await sleep(LOOK_EVERY);
  }
}

/** With its final dot. */
function letter(to: string, hostname: string, now: number): string {
  return [
    `From: Doctor <postmaster@${hostname}>`,
    `To: <${to}>`,
    'Subject: Round trip',
    `Date: ${formatDate(now)}`,
    `Message-ID: <${to.slice(0, to.indexOf('@'))}@${hostname}>`,
    '',
    'This message looks whether mail arrives. Nobody keeps it.',
    '.',
  ].join('\r\n');
}
