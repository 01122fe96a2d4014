/** `hikyaku lab dnsbl`: who is on the block list of the practice Internet, why, and how to come off it. */
import { isIP } from 'node:net';
import { Option, type Command } from 'commander';
import { REFUSAL_CODES, REFUSALS, type Refused } from '#lab/dnsbl/answer';
import { causeText } from '#lab/dnsbl/start';
import type { BlockListPage } from '#lab/dnsbl/calls';
import type { Removal } from '#lab/dnsbl/rules';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { usualLanguage } from '#cli/language';
import { printDone, printRows } from '#cli/terminal/output';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

interface DnsblOptions extends CommonOptions {
  readonly remove?: true;
  readonly refuse?: Refused | 'nobody';
}

export function addDnsblVerb(noun: Command): void {
  addVerb(
    noun,
    'dnsbl [address]',
    'who is on the block list dnsbl.test, and why; --remove asks to be taken off',
    'hikyaku lab dnsbl',
    'hikyaku lab dnsbl 127.20.25.25 --remove',
    'hikyaku lab dnsbl --refuse public-resolver   # then: hikyaku doctor --only R1',
  )
    .option('--remove', 'ask for the address to be taken off')
    .addOption(
      new Option(
        '--refuse <why>',
        'let the list answer everybody that they may not ask, as the big lists do; nobody ends it',
      ).choices([...REFUSALS, 'nobody']),
    )
    .action(async (address: string | undefined, options: DnsblOptions) => {
      if (address !== undefined && isIP(address) === 0)
        throw new CommandFailure(`${address} is no IP address`, 'Write it like 127.20.25.25.');
      if (options.refuse !== undefined) return refuse(options.refuse, options);
      if (options.remove) return remove(address, options);
      const page = await callAdded<BlockListPage>(
        options,
        'lab/dnsbl',
        address === undefined ? {} : { address },
      );
      const lang = usualLanguage();
      await printRows(
        page.addresses,
        [
          { title: 'ADDRESS', value: (row) => row.address },
          { title: 'LISTED', value: (row) => (row.listed ? 'yes' : 'no') },
          {
            title: 'SINCE',
            value: (row) =>
              row.since === null ? '' : localTime(new Date(row.since).toISOString()),
          },
          { title: 'TIMES', value: (row) => row.times, align: 'right' },
          {
            title: 'LAST SEEN',
            value: (row) => {
              const last = row.offences.at(-1);
              return last === undefined ? '' : `${causeText(last.kind, lang)}: ${last.detail}`;
            },
            shrinks: true,
          },
        ],
        options,
        'Nothing bad was seen of anybody.',
      );
    });
}

async function refuse(why: Refused | 'nobody', options: CommonOptions): Promise<void> {
  const asked = { why: why === 'nobody' ? null : why };
  const done = await callAdded<{ refused: Refused | null }>(options, 'lab/dnsbl-refuse', asked);
  const sentence =
    done.refused === null
      ? 'Everybody may ask dnsbl.test again.'
      : `dnsbl.test answers every question with ${REFUSAL_CODES[done.refused]} now, which is no listing. --refuse nobody ends it.`;
  printDone(options, done, sentence);
}

async function remove(address: string | undefined, options: CommonOptions): Promise<void> {
  if (address === undefined)
    throw new CommandFailure('which address?', 'hikyaku lab dnsbl 127.20.25.25 --remove');
  const removal = await callAdded<Removal>(options, 'lab/dnsbl-remove', { address });
  if (removal.kind === 'removed')
    return printDone(
      options,
      removal,
      `${address} was taken off. Servers that asked before may keep the answer for five minutes.`,
    );
  if (removal.kind === 'not-listed')
    throw new CommandFailure(`${address} is not listed`, 'hikyaku lab dnsbl shows who is.');
  throw new CommandFailure(
    `${address} stays: ${causeText(removal.last.kind, usualLanguage())} (${removal.last.detail})`,
    `Find out what sends this and stop it; ask again after ${localTime(new Date(removal.until).toISOString())}.`,
  );
}
