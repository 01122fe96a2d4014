/**
 * Follows an address to where its mail goes: accounts here, mailboxes elsewhere. One copy per account, however many ways lead there;
 * an alias that leads to itself, or too deep, ends that way and is told.
 */
import { formatMailbox, mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import type { BouncingRecipient } from '#protocol/verp/verp';
import type { Addressed, AddressRule, Directory } from '#store/directory/directory';

/** What is behind an address. */
export type Addresses = Pick<Directory, 'addressed'>;

/** Aliases within aliases: more is a mistake. */
const MAX_DEPTH = 10;
/** Mailboxes that one address may lead to. */
const MAX_TARGETS = 1000;

export interface AccountTarget {
  readonly accountId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly state: 'open' | 'disabled' | 'removed';
  readonly hasQuota: boolean;
  readonly rule: AddressRule;
}

export interface Expansion {
  readonly tenantId: string;
  readonly accounts: readonly AccountTarget[];
  readonly external: readonly Mailbox[];
  /** Each alias followed, with its rule and what it gave. */
  readonly steps: readonly {
    address: string;
    rule: AddressRule | 'bounce' | 'doctor';
    targets: readonly string[];
  }[];
  /** Ways that led nowhere. */
  readonly problems: readonly { address: string; problem: 'unknown' | 'too-deep' | 'too-many' }[];
  /** A notice of failure on its way back to the author of something that was forwarded. */
  readonly isBounce?: true;
  /** A notice about bulk mail, which goes to no mailbox: whom it is about. */
  readonly bounced?: BouncingRecipient;
  /** Somebody leaves a list by mail, which goes to no mailbox. */
  readonly isLeaving?: true;
}

export type Expanded =
  | { readonly kind: 'expanded'; readonly expansion: Expansion }
  | { readonly kind: 'not-here' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'alias-loop' }
  | { readonly kind: 'no-postmaster-yet' };

/**
 * Where mail for a mailbox goes.
 * @returns without a promise where the directory had all of it in memory and it is one account: the common case
 */
export function expand(directory: Addresses, mailbox: Mailbox): Expanded | Promise<Expanded> {
  const addressed = lookUp(directory, mailbox);
  return addressed instanceof Promise
    ? addressed.then((found) => begin(directory, mailbox, found))
    : begin(directory, mailbox, addressed);
}

/** What is behind an address itself. */
export function lookUp(directory: Addresses, mailbox: Mailbox): Addressed | Promise<Addressed> {
  const key = mailboxKey(mailbox);
  return directory.addressed(key.slice(0, key.lastIndexOf('@')), mailbox.domain);
}

function begin(
  directory: Addresses,
  mailbox: Mailbox,
  found: Addressed,
): Expanded | Promise<Expanded> {
  switch (found.kind) {
    case 'not-here':
    case 'no-postmaster-yet':
      return { kind: found.kind };
    case 'unknown':
      return { kind: 'unknown' };
    case 'account':
      return {
        kind: 'expanded',
        expansion: {
          tenantId: found.tenantId,
          accounts: [found],
          external: [],
          steps: [],
          problems: [],
        },
      };
    case 'alias':
      return follow(directory, mailbox, found);
  }
}

async function follow(
  directory: Addresses,
  start: Mailbox,
  alias: Addressed & { kind: 'alias' },
): Promise<Expanded> {
  const accounts = new Map<string, AccountTarget>();
  const external = new Map<string, Mailbox>();
  const steps: Expansion['steps'][number][] = [];
  const problems: Expansion['problems'][number][] = [];
  const seen = new Set<string>();

  const visit = async (mailbox: Mailbox, depth: number, known?: Addressed): Promise<void> => {
    const key = mailboxKey(mailbox);
    if (seen.has(key)) return;
    seen.add(key);
    const address = formatMailbox(mailbox);
    if (depth > MAX_DEPTH) return void problems.push({ address, problem: 'too-deep' });
    if (accounts.size + external.size >= MAX_TARGETS)
      return void problems.push({ address, problem: 'too-many' });
    const found = known ?? (await lookUp(directory, mailbox));
    if (found.kind === 'not-here') external.set(key, mailbox);
    else if (found.kind === 'account') accounts.set(found.accountId, found);
    else if (found.kind === 'alias') {
      steps.push({ address, rule: found.rule, targets: found.targets });
      for (const target of found.targets) {
        const next = parseMailbox(target);
        if (next) await visit(next, depth + 1);
      }
    } else problems.push({ address, problem: 'unknown' });
  };

  await visit(start, 0, alias);
  if (accounts.size + external.size === 0) {
    return problems.some(({ problem }) => problem === 'unknown')
      ? { kind: 'unknown' }
      : { kind: 'alias-loop' };
  }
  return {
    kind: 'expanded',
    expansion: {
      tenantId: alias.tenantId,
      accounts: [...accounts.values()],
      external: [...external.values()],
      steps,
      problems,
    },
  };
}
