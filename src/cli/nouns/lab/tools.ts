/** What `hikyaku lab` offers beside the lessons: the row behind a login, and what mallory does when she is told to. */
import type { Command } from 'commander';
import type { RelayReport } from '#lab/mallory/relay-try';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addAttackVerbs, addLogVerb } from './attacks.ts';
import { addSpoofVerb } from './letters.ts';
import { printJson, printRows, printText } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { addVerb, type CommonOptions } from '#cli/verb';
import type { ToolCalls } from '#lab/lessons/calls/tool-calls';

type LoginRow = Exclude<
  Awaited<ReturnType<ToolCalls['login-row']['run']>>,
  { readonly kind: 'refused' }
>;

export function addToolVerbs(noun: Command, end: (code: ExitCode) => void): void {
  addVerb(
    noun,
    'row <account>',
    'show the row that the database keeps of a login, hash and all',
    'hikyaku lab row alice@example.test',
  ).action(async (account: string, options: CommonOptions) => {
    const row = await callAdded<LoginRow>(options, 'lab/login-row', { account });
    if (options.json === true) return printJson(row);
    const width = Math.max(...Object.keys(row).map((name) => name.length));
    for (const [name, value] of Object.entries(row))
      printText(`${name.padEnd(width)}  ${String(value)}`);
  });

  const mallory = noun.command('mallory').description('let mallory try something');
  addVerb(
    mallory,
    'relay',
    'let her look for an open relay, by every trick; exit 1 where one is taken',
    'hikyaku lab mallory relay',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<RelayReport>(options, 'lab/mallory-relay', {});
    if (report.tries.length === 0) {
      throw new CommandFailure(
        'mallory could not reach the server',
        'See that its MX listener is on: hikyaku config show.',
      );
    }
    await printRows(
      report.tries,
      [
        { title: 'TRICK', value: ({ trick }) => trick },
        { title: 'TAKEN', value: ({ taken }) => (taken ? 'YES' : 'no') },
        { title: 'MAIL FROM', value: ({ from }) => `<${from}>`, shrinks: true },
        { title: 'RCPT TO', value: ({ to }) => `<${to}>`, shrinks: true },
        { title: 'ANSWER', value: ({ reply }) => reply, below: true },
      ],
      options,
      '',
    );
    end(report.tries.some(({ taken }) => taken) ? 1 : 0);
  });
  addSpoofVerb(mallory);
  addAttackVerbs(mallory, end);
  addLogVerb(noun);
}
