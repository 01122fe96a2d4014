/**
 * Whether the message came by a list or forwarder that its recipient trusts (docs/decisions/0018): a domain that SPF, DKIM or ARC
 * vouches for, beside an author for whom none of them does. Looked up only where DMARC fails and its policy would keep the message out.
 */
import { toAscii } from '#protocol/address/domain';
import { fieldsNamed, fieldValue } from '#protocol/message/header/fields';
import type { Check, Means } from '#mail/receive/inquiry/check';
import { knownOf, NOTHING_TO_ASK, type Fact } from '#mail/receive/inquiry/fact';
import type { Facts, Forwarder } from '#mail/receive/inquiry/facts';
import type { Content } from '#mail/receive/intake';
import { signersOf } from '#mail/receive/inquiry/vouching';

export const trust: Check<'trust', 'end'> = {
  gather({ recipients, content }, { trustedAmong }, fact) {
    const judged = fact('dmarc');
    if (!(judged instanceof Promise) && !isKeptOut(judged)) return NOTHING_TO_ASK;
    return (async () => {
      if (!isKeptOut(await judged)) return NOTHING_TO_ASK;
      const forwarders = forwardersOf(
        knownOf(await fact('spf')),
        knownOf(await fact('dkim')),
        knownOf(await fact('arc')),
      );
      const list = listAmong(forwarders, listIdOf(content));
      if (forwarders.length === 0) return { forwarders, list, trusted: new Map() };
      return { forwarders, list, trusted: await trustedBy(recipients, forwarders, trustedAmong) };
    })();
  },

  outline: ({ forwarders, list, trusted }) => ({
    result: trusted.size > 0 ? 'trusted' : 'not-trusted',
    steps: [
      ...forwarders.map(({ domain, by }) => ({
        step: 'forwarder-seen',
        domain,
        by: by.toUpperCase(),
      })),
      ...(forwarders.length === 0 ? [{ step: 'no-forwarder' }] : []),
      ...[...new Set(trusted.values())].map((domain) => ({ step: 'forwarder-trusted', domain })),
      ...(forwarders.length > 0 && trusted.size === 0
        ? [{ step: 'none-trusted', domain: list ?? forwarders[0]!.domain }]
        : []),
    ],
  }),

  find: ({ trusted }) =>
    [...trusted].map(([recipientId, domain]) => ({
      check: 'trust',
      reason: 'trusted-forwarder',
      recipientId,
      subject: domain,
    })),
};

function isKeptOut(dmarc: Fact<Facts['dmarc']>): boolean {
  const report = knownOf(dmarc);
  return report?.result === 'fail' && report.policy !== 'none';
}

/** The domains that vouch, the most telling first: who sealed, who signed, whose host it was. */
export function forwardersOf(
  spf: Facts['spf'] | undefined,
  dkim: Facts['dkim'] | undefined,
  arc: Facts['arc'] | undefined,
): readonly Forwarder[] {
  const signers = signersOf(dkim).map((domain) => ({ domain, by: 'dkim' }) as const);
  const host = spf?.result === 'pass' ? [{ domain: spf.domain, by: 'spf' } as const] : [];
  const newest = arc?.cv === 'pass' ? arc.sets.at(-1) : undefined;
  // a seal that leaves From open says nothing of the author
  const sealer =
    newest?.signsFrom === true && newest.domain !== undefined
      ? [{ domain: newest.domain, by: 'arc' } as const]
      : [];
  return [...sealer, ...signers, ...host];
}

/** RFC 2919 §2: `Dev <dev.lists.example.org>`. Anybody can write it, so it only chooses among those that are vouched for. */
function listIdOf({ head, header }: Content): string | undefined {
  const [field] = fieldsNamed(header, 'List-Id');
  if (field === undefined) return undefined;
  const value = fieldValue(head, field).slice(0, MAX_LIST_ID);
  return toAscii(value.slice(value.lastIndexOf('<') + 1).replace(/>\s*$/, ''));
}

function listAmong(
  forwarders: readonly Forwarder[],
  listId: string | undefined,
): string | undefined {
  if (listId === undefined) return undefined;
  return forwarders.find(({ domain }) => `.${listId}`.endsWith(`.${domain}`))?.domain;
}

async function trustedBy(
  recipients: readonly { id: number; expansion: { accounts: readonly { accountId: string }[] } }[],
  forwarders: readonly Forwarder[],
  trustedAmong: Means['trustedAmong'],
): Promise<ReadonlyMap<number, string>> {
  const domains = [...new Set(forwarders.flatMap(({ domain }) => withParents(domain)))];
  const accounts = recipients.flatMap(({ expansion }) =>
    expansion.accounts.map(({ accountId }) => accountId),
  );
  const trusts = await trustedAmong([...new Set(accounts)], domains);
  const byAll = trusts.find(({ accountId }) => accountId === null)?.domain;
  const trusted = new Map<number, string>();
  for (const { id, expansion } of recipients) {
    const own = expansion.accounts.map(
      ({ accountId }) => trusts.find((one) => one.accountId === accountId)?.domain,
    );
    // whoever shares an address must agree
    const [first] = own;
    const domain = byAll ?? (own.includes(undefined) ? undefined : first);
    if (domain !== undefined) trusted.set(id, domain);
  }
  return trusted;
}

/** Characters; RFC 2919 §3 allows 255. */
const MAX_LIST_ID = 998;
/** Labels that are looked at: more is no host of a list. */
const MAX_LABELS = 10;

/** The domain and those above it, down to two labels: trust in example.org holds for lists.example.org. */
function withParents(domain: string): string[] {
  const labels = domain.split('.').slice(-MAX_LABELS);
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'));
}
