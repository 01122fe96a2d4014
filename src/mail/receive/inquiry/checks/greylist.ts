/**
 * Greylisting (RFC 6647): whoever is not known comes again later. Known is a domain that SPF or DKIM vouches for and whose mail was taken before,
 * a network that brought mail in the name of the domain before, who has a good history, and whom the account wrote to. Nobody waits for
 * postmaster and abuse (RFC 5321 §4.5.1), nor does a notice of failure for what was forwarded from here.
 */
import { hex } from '#bytes';
import { mailboxKey } from '#protocol/address/mailbox';
import { addressGroup, networkGroup } from '#mail/abuse/address-groups';
import type { Check } from '#mail/receive/inquiry/check';
import type { CheckStep } from '#mail/receive/inquiry/check-step';
import { knownOf, OFF } from '#mail/receive/inquiry/fact';
import type { GreylistFacts } from '#mail/receive/inquiry/facts';
import type { Given } from '#mail/receive/inquiry/given';
import {
  broughtKey,
  domainKey,
  KNOWN_FOR,
  MOST_WAITING,
  networkKey,
  WAITS_FOR,
  waitingKey,
  type Greylisting,
} from '#mail/receive/inquiry/greylisting';
import type { LocalRecipient } from '#mail/receive/recipient';
import { vouchedFor, type Vouched } from '#mail/receive/inquiry/vouching';
import type { GreylistKey, Remembered } from '#store/reception/greylist';

export const greylist: Check<'greylist', 'end'> = {
  gather(given, { greylisting, now }, fact) {
    if (greylisting === undefined) return OFF;
    return (async () => {
      const vouched = vouchedFor(knownOf(await fact('spf')), knownOf(await fact('dkim')));
      const history = knownOf(await fact('reputation'));
      const good =
        history?.result === 'good'
          ? history.known.find(({ standing }) => standing === 'good')?.sender.name
          : undefined;
      return judge(given, vouched, good, greylisting, now());
    })();
  },

  outline: ({ result, steps }) => ({ result, steps }),

  find: ({ waiting, seconds }) =>
    waiting.map((recipientId) => ({
      check: 'greylist',
      reason: 'greylist',
      recipientId,
      subject: String(seconds),
    })),
};

/** Who may be known, by the key under which that is remembered. */
interface Candidate {
  readonly key: GreylistKey;
  readonly step: CheckStep;
}

async function judge(
  { client, envelope: { reversePath }, recipients }: Given['end'],
  { sender, domains }: Vouched,
  good: string | undefined,
  greylisting: Greylisting,
  now: number,
): Promise<GreylistFacts> {
  const asked = recipients.filter(mayWait);
  if (asked.length === 0) return nobodyWaits('spared', { step: 'greylist-not-for', rfc: ROLES });
  if (greylisting.spares(client.address, domains))
    return nobodyWaits('spared', { step: 'greylist-spared' });
  if (good !== undefined) return nobodyWaits('known', { step: 'greylist-good', sender: good });
  const network = originOf(client.address);
  const address = reversePath ? mailboxKey(reversePath) : '';
  const candidates = candidatesOf(network, reversePath?.domain ?? '', domains);
  const keys = new Map(
    asked.map(({ id, mailbox }) => [
      id,
      waitingKey(sender ?? network, address, mailboxKey(mailbox)),
    ]),
  );
  const found = byKey(
    await greylisting.remembered([...candidates.map(({ key }) => key), ...keys.values()], now),
  );
  const known = candidates.find(({ key }) => found.has(hex(key)));
  const fresh = candidates.map(({ key }) => key).filter((key) => !isFresh(found, key, now));
  if (known) return { ...nobodyWaits('known', known.step), known: fresh };

  const late = asked.filter(({ id }) => waitOf(found, keys.get(id)!, greylisting, now) > 0);
  const friends = late.length === 0 ? [] : await writtenTo(late, address, greylisting);
  const waiting = late.filter(({ id }) => !friends.includes(id));
  if (waiting.length === 0) {
    const step = friends.length > 0 ? 'greylist-written-to' : 'greylist-came-again';
    // whose reverse-path anybody can write is known for this message alone
    const lasting = friends.length > 0 ? [] : fresh;
    return { ...nobodyWaits('passed', { step, rfc: TRIPLE }), known: lasting };
  }
  const unseen = waiting.map(({ id }) => keys.get(id)!).filter((key) => !found.has(hex(key)));
  if (unseen.length > 0)
    await greylisting.putOff({
      keys: unseen,
      network: networkKey(networkGroup(client.address)),
      most: MOST_WAITING,
      now,
      expiresAt: now + greylisting.delay + WAITS_FOR,
    });
  const longest = Math.max(
    ...waiting.map(({ id }) => waitOf(found, keys.get(id)!, greylisting, now)),
  );
  const seconds = Math.ceil(longest / 1000);
  const isNew = unseen.length > 0;
  return {
    result: 'waiting',
    steps: [{ step: isNew ? 'greylist-new' : 'greylist-early', rfc: TRIPLE, network, seconds }],
    waiting: waiting.map(({ id }) => id),
    seconds,
    known: [],
  };
}

/** A message that is tried again comes from the same /24, or of IPv6 the same /64. */
function originOf(address: string): string {
  return address.includes(':') ? addressGroup(address) : networkGroup(address);
}

const ROLES = 'RFC 5321 §4.5.1';
const TRIPLE = 'RFC 6647 §2.3';

function nobodyWaits(result: 'spared' | 'known' | 'passed', step: CheckStep): GreylistFacts {
  return { result, steps: [step], waiting: [], seconds: 0, known: [] };
}

function mayWait({ mailbox, expansion }: LocalRecipient): boolean {
  const isRole = /^(?:postmaster|abuse)$/i.test(mailbox.localPart);
  return !isRole && expansion.isBounce !== true;
}

function candidatesOf(network: string, domain: string, domains: readonly string[]): Candidate[] {
  return [
    ...domains.map((vouched) => ({
      key: domainKey(vouched),
      step: { step: 'greylist-known-domain', domain: vouched },
    })),
    {
      key: broughtKey(network, domain),
      step: { step: 'greylist-known-network', network, domain },
    },
  ];
}

function byKey(remembered: readonly Remembered[]): ReadonlyMap<string, Remembered> {
  return new Map(remembered.map((one) => [hex(one.key), one]));
}

/** What is remembered for more than half of its time need not be written again. */
function isFresh(found: ReadonlyMap<string, Remembered>, key: GreylistKey, now: number): boolean {
  const remembered = found.get(hex(key));
  return remembered !== undefined && remembered.expiresAt - now > KNOWN_FOR / 2;
}

/** Milliseconds. */
function waitOf(
  found: ReadonlyMap<string, Remembered>,
  key: GreylistKey,
  { delay }: Greylisting,
  now: number,
): number {
  const since = found.get(hex(key))?.firstSeen ?? now;
  return Math.max(0, since + delay - now);
}

/** Ids of the recipients who wrote to the sender: one of the accounts behind the address. */
async function writtenTo(
  recipients: readonly LocalRecipient[],
  address: string,
  greylisting: Greylisting,
): Promise<readonly number[]> {
  const accounts = recipients.flatMap(({ expansion }) =>
    expansion.accounts.map(({ accountId }) => accountId),
  );
  if (address === '' || accounts.length === 0) return [];
  const wrote = new Set(await greylisting.wroteTo([...new Set(accounts)], address));
  return recipients
    .filter(({ expansion }) => expansion.accounts.some(({ accountId }) => wrote.has(accountId)))
    .map(({ id }) => id);
}
