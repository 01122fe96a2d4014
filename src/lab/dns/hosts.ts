/** The hosts of the DNS on their sockets: each question is recorded, meets a declared fault, or is answered; what goes wrong in the answering is SERVFAIL. */
import type { Clock } from '#clock';
import type { Log } from '#log';
import { responseTo } from './authority.ts';
import { faultyResponse } from './faults.ts';
import type { Faults } from './faults.ts';
import { shortAnswer } from './questions.ts';
import type { Questions } from './questions.ts';
import { openDnsHost } from './sockets.ts';
import type { DnsHost } from './sockets.ts';
import type { Message } from './wire/message.ts';
import { RCODE, typeName } from './wire/record-types.ts';

export interface HostDuties {
  readonly clock: Clock;
  readonly log: Log;
  readonly port: number;
  readonly questions: Questions;
  readonly faults: Faults;
}

export type Answerer = (query: Message, from: string) => Message | Promise<Message>;

/** @throws with a remedy where the address cannot be listened on */
export async function openHost(
  address: string,
  answer: Answerer,
  duties: HostDuties,
): Promise<DnsHost> {
  const { clock, log, port, questions, faults } = duties;
  const safely = async (query: Message, from: string): Promise<Message> => {
    try {
      return await answer(query, from);
    } catch (error) {
      log.error('lab.dns.failed', { host: address, error: String(error) });
      return responseTo(query, { rcode: RCODE.servFail });
    }
  };
  const met = async (query: Message, from: string): Promise<Message | undefined> => {
    const own = faults.meet(query, address);
    if (own !== undefined) return faultyResponse(query, own);
    const response = await safely(query, from);
    // Who only refers to others is not where the fault is.
    const fault = response.authoritative ? faults.meet(query) : undefined;
    return fault === undefined ? response : faultyResponse(query, fault);
  };
  try {
    return await openDnsHost(address, port, async (query, from, transport) => {
      const at = clock.now();
      const response = await met(query, from);
      const name = query.question?.name === '' ? '.' : (query.question?.name ?? '');
      const type = query.question?.type ?? 0;
      const said = response === undefined ? NOTHING : shortAnswer(response);
      questions.record({ at, from, to: address, transport, name, type: typeName(type), ...said });
      return response;
    });
  } catch (error) {
    throw new Error(
      `The practice Internet cannot listen on ${address} port ${port} (${(error as NodeJS.ErrnoException).code ?? String(error)}). Another one may be running: end it, or set lab.network to another prefix.`,
      { cause: error },
    );
  }
}

const NOTHING = { result: 'no answer', answer: '', authoritative: false, authentic: false };
