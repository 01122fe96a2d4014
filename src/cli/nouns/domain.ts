/** `hikyaku domain`: the domains of this server. */
import type { Command } from 'commander';
import { callRows, callValue } from '#cli/control';
import { printDone, printRows, timeColumn } from '#cli/terminal/output';
import { addDomainDns } from './domain/dns.ts';
import { addDomainPolicies } from './domain/policies.ts';
import type { ExitCode } from '#cli/exit-code';
import { addVerb, type CommonOptions } from '#cli/verb';

export function domain(noun: Command, end: (code: ExitCode) => void): void {
  addDomainDns(noun, end);
  addDomainPolicies(noun);

  addVerb(
    noun,
    'add <domain>',
    'take a domain, and make its DKIM keys',
    'hikyaku domain add example.org',
  ).action(async (name: string, options: CommonOptions) => {
    const added = await callValue(options, 'domain/add', { domain: name });
    printDone(
      options,
      added,
      `${added.domain} is a domain of this server. Its DKIM keys are ${added.selectors.join(' and ')};\n` +
        `hikyaku domain dns ${added.domain} shows the DNS records to publish.`,
    );
  });

  addVerb(noun, 'list', 'show the domains', 'hikyaku domain list').action(
    async (options: CommonOptions) => {
      await printRows(
        callRows(options, 'domain/list', {}),
        [
          { title: 'DOMAIN', value: (row) => row.domain },
          { title: 'ADDRESSES', value: (row) => row.addresses, align: 'right' },
          timeColumn('ADDED', (row) => row.createdAt),
        ],
        options,
        'There is no domain yet: hikyaku domain add example.org',
      );
    },
  );

  addVerb(
    noun,
    'remove <domain>',
    'give up a domain that has no accounts and aliases any more',
    'hikyaku domain remove example.org',
  ).action(async (name: string, options: CommonOptions) => {
    const removed = await callValue(options, 'domain/remove', { domain: name });
    printDone(options, removed, `${removed.domain} is no domain of this server any more.`);
  });
}
