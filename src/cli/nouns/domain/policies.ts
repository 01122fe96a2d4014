/** `hikyaku domain mta-sts` and `hikyaku domain dmarc`: what a domain says of itself to others. */
import { Option, type Command } from 'commander';
import { callValue } from '#cli/control';
import { printDone } from '#cli/terminal/output';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';

interface StsOptions extends CommonOptions {
  readonly mode?: 'none' | 'testing' | 'enforce';
  readonly maxAge?: number;
  readonly force?: boolean;
}

interface DmarcOptions extends CommonOptions {
  readonly policy?: 'none' | 'quarantine' | 'reject';
}

export function addDomainPolicies(noun: Command): void {
  addVerb(
    noun,
    'mta-sts <domain>',
    'show or set the MTA-STS policy: whether senders must find our certificate in order',
    'hikyaku domain mta-sts example.org --mode testing',
    'hikyaku domain mta-sts example.org --mode enforce --max-age 2592000',
  )
    .addOption(
      new Option(
        '--mode <mode>',
        'testing: only reported; enforce: or nothing is delivered; none: given up',
      ).choices(['testing', 'enforce', 'none']),
    )
    .option(
      '--max-age <seconds>',
      'how long senders keep it',
      wholeNumber('--max-age', 0, 31_557_600),
    )
    .option('--force', 'enforce although the certificate does not look trustworthy')
    .action(async (domain: string, { mode, maxAge, force, ...options }: StsOptions) => {
      const policy = await callValue(options, 'domain/mta-sts', {
        domain,
        ...(mode !== undefined && { mode }),
        ...(maxAge !== undefined && { maxAge }),
        ...(force !== undefined && { force }),
      });
      printDone(
        options,
        policy,
        `The MTA-STS policy of ${policy.domain}: mode ${policy.mode}, mx ${policy.mx.join(', ')}, kept for ${policy.maxAge} s, id ${policy.id}.` +
          (mode === undefined && maxAge === undefined
            ? ''
            : `\nIts record has another id now: hikyaku domain dns ${policy.domain} shows it.`) +
          (mode === 'none'
            ? '\nLeave record and policy in place until what senders kept has run out (RFC 8461 §8.3).'
            : ''),
      );
    });

  addVerb(
    noun,
    'dmarc <domain>',
    'show or set the DMARC policy that the DNS plan has',
    'hikyaku domain dmarc example.org --policy quarantine',
  )
    .addOption(
      new Option('--policy <policy>', 'what others shall do with mail that fails').choices([
        'none',
        'quarantine',
        'reject',
      ]),
    )
    .action(async (domain: string, { policy, ...options }: DmarcOptions) => {
      const set = await callValue(options, 'domain/dmarc', {
        domain,
        ...(policy !== undefined && { policy }),
      });
      printDone(
        options,
        set,
        `The DMARC policy of ${set.domain}: ${set.policy}.` +
          (policy === undefined ? '' : ` hikyaku domain dns ${set.domain} shows its record.`),
      );
    });
}
