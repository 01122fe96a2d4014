/** R1: whether an address of ours, or the domain, is on a DNS list (RFC 5782). */
import type { Context, DoctorList } from '#mail/doctor/context';
import { ask } from '#mail/doctor/dns-questions';
import type { Evidence, Outcome } from '#mail/doctor/outcome';
import { sendingAddresses } from '#mail/doctor/own-addresses';
import { listed } from '#mail/doctor/spoken-values';
import { parseIp, reverseLabels } from '#protocol/address/ip-address';
import type { DnsFailure } from '#protocol/dns/resolver';

/** Spamhaus: a typing error in the name of the list, a public resolver, too many questions. Other lists say it the same way. */
const REFUSALS = /^127\.255\.255\.\d+$/;
/** RFC 5782 §2.1: what is listed is answered within 127.0.0.0/8. */
const LISTED = /^127\./;

interface Looked {
  readonly list: DoctorList;
  readonly what: string;
  readonly state: 'listed' | 'not-listed' | 'refused' | 'failed';
  readonly code: string;
  readonly failure: DnsFailure | undefined;
  readonly evidence: Evidence;
}

export async function dnsLists(context: Context): Promise<Outcome<'R1'>> {
  const { dnsLists: lists } = context.settings;
  if (lists.length === 0) return { finding: 'not-set', values: {} };
  const addresses = sendingAddresses(context);
  const looked = await Promise.all(
    lists.flatMap((list) =>
      list.of === 'domains'
        ? [look(context, list, context.domain, context.domain)]
        : addresses.map((ip) => look(context, list, ip, reverseLabels(parseIp(ip)!))),
    ),
  );
  const evidence = looked.map((one) => one.evidence);
  for (const weight of ['major', 'minor'] as const) {
    const found = looked.filter(({ list, state }) => state === 'listed' && list.weight === weight);
    if (found.length === 0) continue;
    const what = listed([...new Set(found.map((one) => one.what))]);
    const zones = listed([...new Set(found.map(({ list }) => list.zone))]);
    return { finding: weight, values: { what, lists: zones }, evidence, about: `${what} ${zones}` };
  }
  const refused = looked.find(({ state }) => state === 'refused');
  if (refused) {
    const values = { list: refused.list.zone, code: refused.code };
    return { finding: 'refused', values, evidence, about: refused.list.zone };
  }
  const failed = looked.find(({ failure }) => failure !== undefined);
  if (failed?.failure) {
    const values = { query: failed.evidence.asked, cause: failed.failure.cause };
    return { finding: 'no-answer', values, evidence };
  }
  if (looked.length === 0) return { finding: 'no-address', values: {} };
  return { finding: 'not-listed', values: { count: String(lists.length) }, evidence };
}

async function look(
  context: Context,
  list: DoctorList,
  what: string,
  labels: string,
): Promise<Looked> {
  const { answer, records, evidence } = await ask(context, `${labels}.${list.zone}`, 'A');
  const refusal = records.find((code) => REFUSALS.test(code));
  const code = refusal ?? records.find((one) => LISTED.test(one)) ?? '';
  const failure = answer.kind === 'failure' ? answer : undefined;
  const state =
    failure !== undefined
      ? 'failed'
      : refusal !== undefined
        ? 'refused'
        : code !== ''
          ? 'listed'
          : 'not-listed';
  return { list, what, state, code, failure, evidence };
}
