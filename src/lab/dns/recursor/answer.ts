/** The recursive resolver as a host: queries of clients in, responses out (RFC 1035 §7, AD and CD by RFC 6840 §5.7 to §5.9, extended errors by RFC 8914). */
import { responseTo } from '#lab/dns/authority';
import { utf8 } from '#bytes';
import type { Message, WireRecord } from '#lab/dns/wire/message';
import { RCODE, TYPE } from '#lab/dns/wire/record-types';
import type { Recursor } from './recursor.ts';

const ALWAYS_DNSSEC: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.DNSKEY, TYPE.DS]);
const UNANSWERED: ReadonlySet<number> = new Set([TYPE.AXFR, TYPE.IXFR, TYPE.OPT, TYPE.RRSIG]);

export async function answerClient(recursor: Recursor, query: Message): Promise<Message> {
  const { question, recursionDesired, checkingDisabled, edns } = query;
  const respond = (rest: Partial<Message>) =>
    responseTo(query, { recursionAvailable: true, checkingDisabled, ...rest });
  if (query.opcode !== 0) return respond({ rcode: RCODE.notImp });
  if (question === undefined) return respond({ rcode: RCODE.formErr });
  if (!recursionDesired || question.class !== 1) return respond({ rcode: RCODE.refused });
  if (UNANSWERED.has(question.type)) return respond({ rcode: RCODE.notImp });
  if (question.type === TYPE.ANY) return respond({ answers: [anyAnswer(question.name)] });
  const { rcode, answers, authorities, secure, error } = await recursor.resolve(
    question.name,
    question.type,
    !checkingDisabled,
  );
  const dnssec = edns?.dnssecOk === true;
  const shown = (records: readonly WireRecord[]) =>
    records.filter(({ type }) => dnssec || type === question.type || !ALWAYS_DNSSEC.has(type));
  return respond({
    rcode,
    authenticData: secure && (dnssec || query.authenticData),
    answers: shown(answers),
    authorities: shown(authorities),
    ...(edns && { edns: { payload: 1232, version: 0, dnssecOk: dnssec, ...(error && { error }) } }),
  });
}

/** RFC 8482 §4.2. */
function anyAnswer(name: string): WireRecord {
  const text = utf8('RFC8482');
  const rdata = Uint8Array.of(text.length, ...text, 0);
  return { name, type: TYPE.HINFO, ttl: 3_600, rdata };
}
