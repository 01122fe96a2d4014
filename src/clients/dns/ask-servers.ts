/**
 * One question put to the servers until one of them settles it: in rounds over all servers with growing
 * time-outs, within a deadline. A server that could not be reached gets another chance in the next round; one
 * that said SERVFAIL or REFUSED, or sent nonsense, is not asked this question again.
 */
import type { Clock } from '#clock';
import { exchange } from './exchange.ts';
import { RCODE } from './packet.ts';
import type { Question, Response } from './packet.ts';
import { serverName } from './servers.ts';
import type { DnsServer, ServerOrder } from './servers.ts';
import type { DnsFailure } from '#protocol/dns/resolver';

export interface AskOptions {
  readonly order: ServerOrder;
  readonly clock: Clock;
  readonly randomId: () => number;
  readonly timeouts: readonly number[];
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** A response that settles the question (NOERROR or NXDOMAIN) and whose it is. */
export interface Settled {
  readonly kind: 'settled';
  readonly response: Response;
  readonly server: DnsServer;
}

/** The first settling response, or the failure of the server that was heard last. */
export async function askServers(
  question: Question,
  options: AskOptions,
): Promise<Settled | DnsFailure> {
  const end = options.clock.monotonic() + options.deadline;
  const refused = new Set<DnsServer>();
  let unreached: DnsFailure | undefined;
  let said: DnsFailure | undefined;
  for (const timeout of options.timeouts) {
    for (const server of options.order.current()) {
      if (refused.has(server)) continue;
      const left = end - options.clock.monotonic();
      if (options.signal.aborted || left < 1) break;
      const result = await askServer(server, question, Math.min(timeout, left), options);
      if (result.kind === 'settled') return result;
      if (result.cause === 'timeout' || result.cause === 'network') {
        unreached = result;
      } else {
        refused.add(server);
        said = result;
      }
    }
  }
  if (options.signal.aborted) return failure('aborted', question, 'given up');
  // What a server said tells more than that another one was not reached.
  return said ?? unreached ?? failure('timeout', question, 'the deadline passed');
}

async function askServer(
  server: DnsServer,
  question: Question,
  timeout: number,
  options: AskOptions,
): Promise<Settled | DnsFailure> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeout);
  options.signal.addEventListener('abort', abort);
  try {
    const result = await exchange(server, question, options.randomId(), controller.signal);
    if (result.kind === 'failed') {
      if (result.cause !== 'malformed' && !options.signal.aborted) options.order.failed(server);
      return failure(result.cause, question, `${serverName(server)}: ${result.text}`);
    }
    options.order.answered(server);
    return judge(server, question, result.response);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', abort);
  }
}

function judge(server: DnsServer, question: Question, response: Response): Settled | DnsFailure {
  const { rcode } = response;
  if (rcode === RCODE.noError || rcode === RCODE.nxDomain)
    return { kind: 'settled', response, server };
  const text = `${serverName(server)} answered ${RCODE_NAMES[rcode] ?? `with code ${rcode}`}`;
  return failure(rcode === RCODE.servFail ? 'servfail' : 'refused', question, text);
}

const RCODE_NAMES: Record<number, string> = {
  [RCODE.formErr]: 'FORMERR',
  [RCODE.servFail]: 'SERVFAIL',
  [RCODE.notImp]: 'NOTIMP',
  [RCODE.refused]: 'REFUSED',
};

function failure(cause: DnsFailure['cause'], question: Question, text: string): DnsFailure {
  return { kind: 'failure', cause, text: `${question.type} of ${question.name}: ${text}.` };
}
