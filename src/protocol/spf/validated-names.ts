/** The names of a client that lead back to its address (RFC 7208 §5.5), for `ptr` and the macro `p`. */
import type { DnsAnswer, RecordType } from '#protocol/dns/resolver';
import {
  formatIp,
  isInNetwork,
  parseIp,
  reverseDomain,
  type IpAddress,
} from '#protocol/address/ip-address';
import type { SpfLimits } from './limits.ts';
import type { RfcSection } from './rules.ts';
import { short, type Trace } from './trace.ts';

const RFC = 'RFC 7208 §5.5';

export class ValidatedNames {
  /** In lower case, in the order of the answer. */
  readonly names: readonly string[];
  /** The address has no PTR record at all. */
  readonly isVoid: boolean;

  constructor(names: readonly string[], isVoid: boolean) {
    this.names = names;
    this.isVoid = isVoid;
  }

  /** The name that is the domain or lies below it. */
  within(domain: string): string | undefined {
    const suffix = domain.toLowerCase();
    return this.names.find((name) => name === suffix || name.endsWith(`.${suffix}`));
  }

  /** RFC 7208 §7.3: the domain itself where it is among them, else one below it, else any. */
  nameFor(domain: string): string | undefined {
    const exact = this.names.find((name) => name === domain.toLowerCase());
    return exact ?? this.within(domain) ?? this.names[0];
  }
}

/** What it takes of the check that runs (evaluation.ts). */
export interface NameSearch {
  readonly sender: { readonly ip: IpAddress };
  readonly limits: Pick<SpfLimits, 'ptrNames'>;
  readonly trace: Pick<Trace, 'add'>;
  ask<T extends RecordType>(
    rfc: RfcSection,
    domain: string,
    name: string,
    type: T,
  ): Promise<DnsAnswer<T>>;
}

/** What failed or is not there validates nothing; it is never an error. */
export async function validateNames(search: NameSearch, domain: string): Promise<ValidatedNames> {
  const { sender, limits, trace } = search;
  const answer = await search.ask(RFC, domain, reverseDomain(sender.ip), 'PTR');
  if (answer.kind !== 'records') return new ValidatedNames([], answer.kind !== 'failure');
  const all = [...new Set(answer.records.map(canonical))].filter((name) => name !== '');
  const names = all.slice(0, limits.ptrNames);
  const type = sender.ip.family === 4 ? 'A' : 'AAAA';
  const answers = await Promise.all(names.map((name) => search.ask(RFC, domain, name, type)));
  const validated = names.filter((_, index) => leadsTo(sender.ip, answers[index]!));
  trace.add({
    rfc: RFC,
    step: 'names-validated',
    ip: formatIp(sender.ip),
    names: names.map(short),
    validated: validated.map(short),
    ignored: all.length - names.length,
  });
  return new ValidatedNames(validated, false);
}

function canonical(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

function leadsTo(ip: IpAddress, answer: DnsAnswer<'A' | 'AAAA'>): boolean {
  return (
    answer.kind === 'records' &&
    answer.records.some((text) => {
      const address = parseIp(text);
      return address !== undefined && isInNetwork(address, ip, ip.family === 4 ? 32 : 128);
    })
  );
}
