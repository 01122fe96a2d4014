/**
 * DNS lists of addresses (RFC 5782): what each configured zone says of the client. An answer from 127.255.255.0/24 is the operator's «you may
 * not ask me» (a public resolver, too many questions), and one outside 127.0.0.0/8 comes from a zone that is gone and answers everything:
 * neither is ever taken for a listing.
 */
import { summariseAnswer } from '#mail/queue/route/steps';
import type { DnsAnswer, Resolver } from '#protocol/dns/resolver';
import { txtText } from '#protocol/dns/resolver';
import { parseIp, reverseLabels } from '#protocol/address/ip-address';
import type { Check } from '#mail/receive/inquiry/check';
import type { CheckStep } from '#mail/receive/inquiry/check-step';
import { NO_DNS, NOTHING_TO_ASK, OFF } from '#mail/receive/inquiry/fact';
import type { ListZone, ZoneFacts } from '#mail/receive/inquiry/facts';

export const lists: Check<'lists', 'client'> = {
  gather({ client: { address } }, { resolver, zones, isOwnAddress }) {
    if (zones.length === 0) return OFF;
    if (resolver === undefined) return NO_DNS;
    const client = parseIp(address);
    if (client === undefined || isOwnAddress(address)) return NOTHING_TO_ASK;
    const labels = reverseLabels(client);
    return Promise.all(zones.map((zone) => ask(labels, zone, resolver))).then((asked) => ({
      zones: asked,
    }));
  },

  outline: ({ zones }) => ({
    result: zones.some(({ result }) => result === 'listed')
      ? 'listed'
      : zones.every(({ result }) => result === 'could-not-ask')
        ? 'could-not-ask'
        : 'not-listed',
    steps: zones.flatMap(({ steps }) => steps),
  }),

  find: ({ zones }) =>
    zones
      .filter(({ result }) => result === 'listed')
      .map(({ zone, wish }) => ({ check: 'lists', reason: 'listed', subject: zone, wish })),
};

async function ask(labels: string, list: ListZone, resolver: Resolver): Promise<ZoneFacts> {
  const { zone } = list;
  const name = `${labels}.${zone}`;
  const answer = await resolver.resolve(name, 'A');
  const result = resultOf(answer);
  const steps: CheckStep[] = [
    { step: 'asked', rfc: 'RFC 5782 §2.1', name, type: 'A', answer: summariseAnswer(answer) },
    { step: `list-${result}`, rfc: 'RFC 5782 §2.1', zone },
  ];
  if (result === 'listed') {
    const why = await resolver.resolve(name, 'TXT');
    const [text] = why.kind === 'records' ? why.records : [];
    if (text) steps.push({ step: 'list-says', rfc: 'RFC 5782 §2.1', zone, text: txtText(text) });
  }
  return { ...list, result, steps };
}

function resultOf(answer: DnsAnswer<'A'>): ZoneFacts['result'] {
  if (answer.kind === 'failure') return 'could-not-ask';
  if (answer.kind !== 'records') return 'not-listed';
  const listing = answer.records.some(
    (code) => code.startsWith('127.') && !code.startsWith('127.255.255.'),
  );
  return listing ? 'listed' : 'could-not-ask';
}
