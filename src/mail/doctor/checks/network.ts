/** N1, N2, N5 and N6: our own ports, who comes in by them, and whom they refuse. */
import { isPrivateAddress } from '#mail/abuse/protected';
import type { ServerContext } from '#mail/doctor/check';
import type { Context } from '#mail/doctor/context';
import { fetchPage } from '#mail/doctor/fetch-page';
import type { WebFacts } from '#mail/doctor/server-facts';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { hostPort, listenerNamed, reachable, shown, targetOf } from '#mail/doctor/own-listeners';
import { listed, quoted } from '#mail/doctor/spoken-values';

export async function listeners(context: ServerContext): Promise<Outcome<'N1'>> {
  const { server, probes, settings, signal } = context;
  const looked = await Promise.all(
    reachable(server).map(async (listener) => {
      const answer = await probes.greeting(targetOf(listener), signal);
      return { listener, answer };
    }),
  );
  const evidence = looked.map(({ listener, answer }): Evidence => ({
    asked: `connect ${hostPort(listener)}`,
    by: listener.name,
    answer: answer.kind === 'greeting' ? quoted(answer.line) : answer.cause,
  }));
  const web = await Promise.all(server.web.map((one) => lookAtWeb(context, one)));
  evidence.push(...web.map((one) => one.evidence));
  const missing = looked.filter(({ answer }) => answer.kind === 'failed');
  const silent = web.filter(({ answers }) => !answers);
  if (missing.length + silent.length > 0) {
    const ports = listed([
      ...missing.map(({ listener }) => shown(listener)),
      ...silent.map(({ name }) => name),
    ]);
    return { finding: 'missing', values: { ports }, evidence, about: ports };
  }
  const foreign = looked.filter(
    ({ answer }) => answer.kind === 'greeting' && !answer.line.includes(settings.hostname),
  );
  const others = await lookForOthers(context);
  evidence.push(...others.map((one) => one.evidence));
  const unwanted = listed(others.map(({ name }) => name));
  if (foreign.length === 0 && unwanted !== '')
    return { finding: 'unwanted', values: { ports: unwanted }, evidence, about: unwanted };
  const ports = listed(
    (foreign.length > 0 ? foreign : looked).map(({ listener }) => shown(listener)),
  );
  return { finding: foreign.length > 0 ? 'foreign' : 'all', values: { ports }, evidence };
}

/** What greets on a port of mail that is none of ours: another mail server on this host, which nobody may have meant to run. */
async function lookForOthers({
  server,
  probes,
  settings,
  signal,
}: ServerContext): Promise<readonly { readonly name: string; readonly evidence: Evidence }[]> {
  const own = new Set(server.listeners.map(({ port }) => port));
  const asked = settings.otherPorts
    .filter(({ port }) => !own.has(port))
    .map(async ({ name, port, start }) => {
      const target = { address: '127.0.0.1', port, start };
      const answer = await probes.greeting(target, signal);
      if (answer.kind === 'failed') return [];
      const evidence = {
        asked: `connect ${hostPort(target)}`,
        by: '',
        answer: quoted(answer.line),
      };
      return [{ name: `${name} (${port})`, evidence }];
    });
  return (await Promise.all(asked)).flat();
}

/** Ports 80 and 443: by the first certificates are proved, by the second policies and settings are fetched. */
async function lookAtWeb(
  { probes, settings, signal }: ServerContext,
  { name, address, port }: WebFacts,
): Promise<{ readonly name: string; readonly answers: boolean; readonly evidence: Evidence }> {
  const host = settings.hostname;
  const question = { address, port, start: 'implicit', serverName: host } as const;
  const answer =
    name === 'http'
      ? await probes.http({ address, port, host, path: '/' }, signal)
      : await probes.tls(question, signal);
  const answers = !('cause' in answer);
  const said =
    'cause' in answer ? answer.cause : 'status' in answer ? `HTTP ${answer.status}` : 'TLS';
  const evidence = {
    asked: `connect ${hostPort({ address, port })}`,
    by: name,
    answer: quoted(said),
  };
  return { name: `${name} (${port})`, answers, evidence };
}

/** What a probe says by HTTP of a port that does not answer it (RFC 9110 §15.6.3, §15.6.5). */
const CLOSED = /^status: 50[24]$/;

/** Has a page outside connect to each port, where one is named: `?host=…&port=…`, and 200 says that it was answered. */
export async function outsideProbe(context: Context): Promise<Outcome<'N2'>> {
  const { server, settings } = context;
  if (settings.probe === '') return { finding: 'no-probe', values: {} };
  if (server === undefined) return { finding: 'no-server', values: {} };
  const listening = [...reachable(server), ...server.web];
  const looked = await Promise.all(
    listening.map(async ({ name, port }) => {
      const url = new URL(settings.probe);
      url.searchParams.set('host', settings.hostname);
      url.searchParams.set('port', String(port));
      const page = await fetchPage(context, url.href, 'text/plain', (body) =>
        quoted(body.split('\n', 1)[0]!),
      );
      return { page, place: `${name} (${port})` };
    }),
  );
  const evidence = looked.map(({ page }) => page.evidence);
  const closed: string[] = [];
  for (const { page, place } of looked) {
    const { fetched } = page;
    if (fetched.kind === 'fetched') continue;
    if (CLOSED.test(fetched.cause)) closed.push(place);
    else {
      const values = { what: settings.probe, cause: quoted(fetched.cause) };
      return { finding: 'unreachable', values, evidence };
    }
  }
  if (closed.length > 0) {
    const ports = listed(closed);
    return { finding: 'closed', values: { ports }, evidence, about: ports };
  }
  return { finding: 'open', values: { ports: listed(looked.map(({ place }) => place)) }, evidence };
}

/** Fewer say nothing about the rest. */
const LEAST_CLIENTS = 10;

export function clientAddresses({ server }: ServerContext): Outcome<'N5'> {
  const { clients } = server.traffic;
  const count = String(clients.length);
  const different = new Set(clients);
  if (clients.length < LEAST_CLIENTS) return { finding: 'no-mail', values: {} };
  const [only, ...others] = different;
  if (others.length === 0 && only !== undefined && isPrivateAddress(only))
    return { finding: 'gateway', values: { count, address: only } };
  return { finding: 'real', values: { count, different: String(different.size) } };
}

/** RFC 2606: nobody's. */
const STRANGERS = ['MAIL FROM:<doctor@example.com>', 'RCPT TO:<nobody@example.net>'] as const;

export async function relay(context: ServerContext): Promise<Outcome<'N6'>> {
  const { server, probes, signal } = context;
  const mx = listenerNamed(server, 'smtp');
  if (mx === undefined || mx.proxied)
    return { finding: 'unreachable', values: { what: 'smtp', cause: 'PROXY' } };
  const lines = ['EHLO doctor.invalid', ...STRANGERS, 'QUIT'];
  const said = await probes.dialogue(targetOf(mx), 'smtp', lines, signal);
  const what = hostPort(mx);
  if (said.kind === 'failed')
    return { finding: 'unreachable', values: { what, cause: said.cause } };
  const [, mail = [], rcpt = []] = said.replies;
  const reply = quoted((rcpt.at(-1) ?? mail.at(-1) ?? '').trim());
  const evidence = [{ asked: STRANGERS.join(', '), by: what, answer: reply }];
  const taken = mail[0]?.startsWith('2') === true && rcpt[0]?.startsWith('2') === true;
  // put off is no answer: the same client may be let in later
  if (rcpt[0]?.startsWith('4') === true || mail[0]?.startsWith('4') === true)
    return { finding: 'unreachable', values: { what, cause: reply }, evidence };
  return { finding: taken ? 'relayed' : 'refused', values: { reply }, evidence };
}
