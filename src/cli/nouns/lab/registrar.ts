/** `hikyaku lab registrar` and `hikyaku lab isp`: where domains are bought, and where reverse names are set. */
import type { Command } from 'commander';
import type { LearnersAddress } from '#lab/dns/isp';
import type { OwnedDomain } from '#lab/dns/registrar';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { makeChange, type ChangeOptions } from './changed.ts';
import { addLanguage } from '#cli/language';
import { printRows } from '#cli/terminal/output';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

interface NsOptions extends ChangeOptions {
  readonly glue?: readonly string[];
}

export function addRegistrarVerbs(lab: Command): void {
  const noun = lab
    .command('registrar')
    .description('where domains below test are bought, and what their registry says of them');
  addVerb(noun, 'list', 'show your domains', 'hikyaku lab registrar list').action(
    async (options: CommonOptions) => {
      const { domains } = await callAdded<{ domains: OwnedDomain[] }>(
        options,
        'lab/registrar-domains',
        {},
      );
      await printRows(
        domains,
        [
          { title: 'DOMAIN', value: (row) => row.domain },
          { title: 'NAME SERVERS', value: (row) => row.ns.join(' ') },
          { title: 'DS', value: (row) => row.ds.join(', '), shrinks: true },
        ],
        options,
        'You have no domain.',
      );
    },
  );

  addLanguage(
    addVerb(
      noun,
      'buy <domain> [host...]',
      'buy a domain below test; its zone lies at the hosting company, empty; name servers may be named at once',
      'hikyaku lab registrar buy hanako.test',
    ),
  ).action(async (domain: string, ns: string[], options: ChangeOptions) => {
    await makeChange(options, 'lab/registrar-buy', { domain, ns });
  });

  addLanguage(
    addVerb(
      noun,
      'give-up <domain>',
      'give a domain up that you bought; its zone goes with it',
      'hikyaku lab registrar give-up hanako.test',
    ),
  ).action(async (domain: string, options: ChangeOptions) => {
    await makeChange(options, 'lab/registrar-give-up', { domain });
  });

  addLanguage(
    addVerb(
      noun,
      'ns <domain> <host...>',
      'say which name servers have the zone',
      'hikyaku lab registrar ns hanako.test ns1.dnshost.test ns2.dnshost.test',
    ),
  )
    .option('--glue <host=address>', 'of a name server within the domain (repeatable)', collect)
    .action(async (domain: string, ns: string[], options: NsOptions) => {
      const glue = glueOf(options.glue ?? []);
      await makeChange(options, 'lab/registrar-ns', { domain, ns, glue });
    });

  addLanguage(
    addVerb(
      noun,
      'ds-add <domain> <ds>',
      'hand the DS record of a signed zone to the registry',
      'hikyaku lab registrar ds-add hanako.test "12345 13 2 49FD46E6C4B45C55D4AC…"',
    ),
  ).action(async (domain: string, ds: string, options: ChangeOptions) => {
    await makeChange(options, 'lab/registrar-ds-add', { domain, ds });
  });

  addLanguage(
    addVerb(
      noun,
      'ds-remove <domain> [key-tag]',
      'take a DS record away, or all of them',
      'hikyaku lab registrar ds-remove hanako.test 12345',
    ),
  ).action(async (domain: string, tag: string | undefined, options: ChangeOptions) => {
    await makeChange(options, 'lab/registrar-ds-remove', {
      domain,
      ...(tag !== undefined && { keyTag: wholeNumber('the key tag', 0, 65_535)(tag) }),
    });
  });
}

export function addIspVerbs(lab: Command): void {
  const noun = lab
    .command('isp')
    .description('the panel of who gave you your addresses: their reverse names');
  addVerb(noun, 'list', 'show your addresses and their names', 'hikyaku lab isp list').action(
    async (options: CommonOptions) => {
      const { addresses } = await callAdded<{ addresses: LearnersAddress[] }>(
        options,
        'lab/isp-addresses',
        {},
      );
      await printRows(
        addresses,
        [
          { title: 'ADDRESS', value: (row) => row.address },
          { title: 'NAME', value: (row) => row.name ?? 'none' },
        ],
        options,
        'You have no address.',
      );
    },
  );

  addLanguage(
    addVerb(
      noun,
      'ptr <address> [name]',
      'set the reverse name of an address; without a name, take it away',
      'hikyaku lab isp ptr 127.20.25.25 mail.example.test',
    ),
  ).action(async (address: string, name: string | undefined, options: ChangeOptions) => {
    await makeChange(options, 'lab/isp-ptr', {
      address,
      ...(name !== undefined && { name }),
    });
  });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Several addresses of one host are several options. */
function glueOf(given: readonly string[]): Record<string, string[]> {
  const glue: Record<string, string[]> = {};
  for (const one of given) {
    const [host, address, ...rest] = one.split('=');
    if (host === undefined || address === undefined || rest.length > 0)
      throw new CommandFailure(`--glue ${one} is no glue`, 'Write ns1.hanako.test=127.20.25.25.');
    (glue[host] ??= []).push(address);
  }
  return glue;
}
