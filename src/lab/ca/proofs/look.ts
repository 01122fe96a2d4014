/** How the authority looks at the practice Internet: its resolver and its dialer, every question kept for who reads the order again. */
import type { Socket } from 'node:net';
import type { Dialer } from '#clients/smtp/dial';
import { CA_LIMITS } from '#lab/ca/limits';
import { AcmeProblem } from '#lab/ca/problem';
import type { Tell } from '#lab/ca/steps/steps';
import {
  txtText,
  type DnsAnswer,
  type RecordData,
  type RecordType,
  type Resolver,
} from '#protocol/dns/resolver';

export interface Look {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** Records of one answer that are kept. */
const MAX_SHOWN = 8;
const MAX_TEXT = 300;

export async function askDns<T extends RecordType>(
  { resolver, signal, tell }: Look,
  rfc: string,
  name: string,
  type: T,
): Promise<DnsAnswer<T>> {
  const answer = await resolver.resolve(name, type, { signal });
  const answers =
    answer.kind === 'records'
      ? answer.records.slice(0, MAX_SHOWN).map((data) => shown(data).slice(0, MAX_TEXT))
      : [answer.kind === 'failure' ? answer.text : answer.kind];
  tell(rfc, { step: 'asked-dns', name, type, answers });
  return answer;
}

function shown(data: RecordData[RecordType]): string {
  if (typeof data === 'string') return data;
  if (Array.isArray(data)) return txtText(data as RecordData['TXT']);
  return Object.values(data).join(' ');
}

/** Connected to the first address of the name that answers. @throws AcmeProblem */
export async function connectTo(
  look: Look,
  rfc: string,
  name: string,
  port: number,
): Promise<Socket> {
  const answers = await Promise.all([
    askDns(look, rfc, name, 'A'),
    askDns(look, rfc, name, 'AAAA'),
  ]);
  const addresses = answers.flatMap((one) => (one.kind === 'records' ? one.records : []));
  if (addresses.length === 0) {
    const failure = answers.find((one) => one.kind === 'failure');
    const why = failure?.text ?? 'no valid A or AAAA records found';
    throw new AcmeProblem(400, 'dns', `DNS problem: ${why} for ${name}`);
  }
  let last = '';
  for (const address of addresses.slice(0, CA_LIMITS.addresses)) {
    const { signal, tell, dialer } = look;
    const dialled = await dialer.dial({
      address,
      port,
      timeoutMs: CA_LIMITS.validationTime,
      signal,
    });
    if (dialled.kind === 'connected') {
      tell(rfc, { step: 'dialled', address, port });
      return dialled.socket.on('error', () => {});
    }
    const text = `${dialled.reason}: ${dialled.detail}`;
    tell(rfc, { step: 'not-connected', address, port, text });
    last = `${address}: ${text}`;
  }
  throw new AcmeProblem(400, 'connection', `${name}, port ${port}: connection failed (${last})`);
}

/** What a stranger said, for a problem document. */
export function quoted(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return JSON.stringify(short.replace(/[^\x20-\x7e…]/g, '\uFFFD'));
}
