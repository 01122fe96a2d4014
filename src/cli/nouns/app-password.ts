/** `hikyaku app-password`: passwords that one device or program of an account logs in with. */
import type { Command } from 'commander';
import { EVERYTHING, SCOPES, type Scope } from '#mail/accounts/scope';
import { callRows, callValue } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import {
  printDone,
  printJson,
  printLine,
  printRows,
  remark,
  timeColumn,
} from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

interface AddOptions extends CommonOptions {
  readonly name: string;
  readonly scope?: readonly Scope[];
}

export function appPassword(noun: Command): void {
  addVerb(
    noun,
    'add <account>',
    'make a password for one device or program, and show it this once',
    'hikyaku app-password add alice@example.test --name phone',
    'hikyaku app-password add alice@example.test --name backup --scope submission',
  )
    .requiredOption('--name <name>', 'what will use it, for the list')
    .option(
      '--scope <what>',
      `what it is for, with commas: ${SCOPES.join(', ')} (without: everything)`,
      readScope,
    )
    .action(async (account: string, options: AddOptions) => {
      const { name, scope = [] } = options;
      const made = await callValue(options, 'app-password/add', {
        account,
        name,
        scope: [...scope],
      });
      if (options.json === true) {
        printJson(made);
        return;
      }
      printLine(made.password);
      remark(`It is shown this once. ${made.account} logs in with it in place of the password,`);
      remark('written exactly like this, hyphens and all. To take it back:');
      remark(`  hikyaku app-password remove ${made.account} ${made.id}`);
    });

  addVerb(
    noun,
    'list <account>',
    'show the app passwords of an account, and when each was last used',
    'hikyaku app-password list alice@example.test',
  ).action(async (account: string, options: CommonOptions) => {
    await printRows(
      callRows(options, 'app-password/list', { account }),
      [
        { title: 'ID', value: (row) => row.id },
        { title: 'NAME', value: (row) => row.name, shrinks: true },
        { title: 'FOR', value: (row) => scopeText(row.scope) },
        timeColumn('ADDED', (row) => row.createdAt),
        timeColumn('LAST USED', (row) => row.lastUsedAt, 'never'),
      ],
      options,
      `There is no app password yet: hikyaku app-password add ${account} --name phone`,
    );
  });

  addVerb(
    noun,
    'remove <account> <id>',
    'take an app password back: nobody logs in with it any more',
    'hikyaku app-password remove alice@example.test 7k3mq0xa',
  ).action(async (account: string, id: string, options: CommonOptions) => {
    const removed = await callValue(options, 'app-password/remove', { account, id });
    printDone(options, removed, `${removed.account} has no app password ${removed.id} any more.`);
  });
}

function scopeText(scope: readonly string[]): string {
  return scope.includes(EVERYTHING) ? 'everything' : scope.join(', ');
}

/** May be given several times. @throws CommandFailure */
function readScope(given: string, before: readonly Scope[] = []): readonly Scope[] {
  const scopes = given.split(',').map((part) => {
    const known = SCOPES.find((scope) => scope === part.trim());
    if (known !== undefined) return known;
    throw new CommandFailure(
      `--scope ${given} is not known`,
      `Give one or several of ${SCOPES.join(', ')}, with commas between.`,
    );
  });
  return [...before, ...scopes];
}
