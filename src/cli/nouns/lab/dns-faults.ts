/** `hikyaku lab dns fault`: questions that go wrong on purpose, so that one can see what a server makes of it. */
import { Option, type Command } from 'commander';
import type { Fault, FaultKind } from '#lab/dns/faults';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone, printRows } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

interface FaultOptions extends CommonOptions {
  readonly kind: FaultKind;
  readonly type?: string;
  readonly below?: true;
  readonly value?: readonly string[];
}

export function addFaultVerbs(noun: Command): void {
  addVerb(
    noun,
    'fault <name>',
    'let questions for a name go wrong, until fault-end',
    'hikyaku lab dns fault bigmail.test --type MX --kind servfail',
    'hikyaku lab dns fault mx.bigmail.test --type A --kind wrong --value 127.20.66.66',
  )
    .addOption(
      new Option('--kind <kind>', 'what is answered instead')
        .choices(['servfail', 'timeout', 'wrong', 'lame'] satisfies FaultKind[])
        .default('servfail'),
    )
    .option('--type <type>', 'questions of this type; all unless told')
    .option('--below', 'names below it too')
    .option('--value <data>', 'of a wrong answer (repeatable)', (given: string, before) => [
      ...((before as readonly string[] | undefined) ?? []),
      given,
    ])
    .action(async (name: string, { kind, type, below, value, ...options }: FaultOptions) => {
      const id = [name, type ?? 'any'].join(' ').toLowerCase();
      const done = await callAdded<{ declared: string }>(options, 'lab/dns-fault', {
        id,
        name,
        kind,
        ...(type !== undefined && { type }),
        below: below === true,
        values: value ?? [],
      });
      printDone(
        options,
        done,
        `It goes wrong from now on, for who does not remember the answer. hikyaku lab dns fault-end "${id}" ends it.`,
      );
    });

  addVerb(noun, 'faults', 'show what goes wrong', 'hikyaku lab dns faults').action(
    async (options: CommonOptions) => {
      const { faults } = await callAdded<{ faults: Fault[] }>(options, 'lab/dns-faults', {});
      await printRows(
        faults,
        [
          { title: 'ID', value: (row) => row.id },
          { title: 'NAME', value: (row) => `${row.below === true ? '*.' : ''}${row.name}` },
          { title: 'TYPE', value: (row) => row.type ?? 'any' },
          { title: 'KIND', value: (row) => row.kind },
          { title: 'DATA', value: (row) => (row.values ?? []).join(', '), shrinks: true },
        ],
        options,
        'Nothing goes wrong on purpose.',
      );
    },
  );

  addVerb(
    noun,
    'fault-end <id>',
    'end a fault; faults has the ids',
    'hikyaku lab dns fault-end "bigmail.test mx"',
  ).action(async (id: string, options: CommonOptions) => {
    const done = await callAdded<{ ended: boolean }>(options, 'lab/dns-fault-end', { id });
    if (!done.ended)
      throw new CommandFailure(`there is no fault ${id}`, 'hikyaku lab dns faults shows them.');
    printDone(options, done, 'It is over. What was remembered meanwhile lasts for its TTL.');
  });
}
