/** `hikyaku lab letter` and `lab mallory spoof`: letters that others of the practice Internet write when they are told to. */
import type { Command } from 'commander';
import { callAdded } from '#cli/control';
import { printDone, printRows } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { addVerb, type CommonOptions } from '#cli/verb';
import type { PartyCalls, Posted } from '#lab/lessons/calls/party-calls';

interface SpoofOptions extends CommonOptions {
  readonly to?: readonly string[];
}

type Spoofed = Exclude<
  Awaited<ReturnType<PartyCalls['mallory-spoof']['run']>>,
  { readonly kind: 'refused' }
>;

/** Somebody at a provider, and somebody here. */
const VICTIMS = ['hana@bigmail.test', 'bob@example.test'];

export function addLetterVerb(noun: Command, end: (code: ExitCode) => void): void {
  addVerb(
    noun,
    'letter <address>',
    'let a traveller at peer.test write to an address, wherever the DNS leads; exit 1 where it is not taken',
    'hikyaku lab letter hello@hanako.test',
  ).action(async (to: string, options: CommonOptions) => {
    const posted = await callAdded<Posted>(options, 'lab/peer-letter', { to });
    printDone(options, posted, `mx.peer.test was answered: ${posted.reply}`);
    end(posted.taken ? 0 : 1);
  });
}

export function addSpoofVerb(mallory: Command): void {
  addVerb(
    mallory,
    'spoof <author>',
    'let her write in the name of an author, from her own server; to hana@bigmail.test and bob@example.test unless told',
    'hikyaku lab mallory spoof boss@hanako.test',
    'hikyaku lab mallory spoof boss@hanako.test --to emma@bigmail.test',
  )
    .option('--to <address>', 'whom she writes to (repeatable)', collect)
    .action(async (author: string, { to = VICTIMS, ...options }: SpoofOptions) => {
      const { tries } = await callAdded<Spoofed>(options, 'lab/mallory-spoof', { author, to });
      await printRows(
        tries,
        [
          { title: 'TO', value: (row) => row.to },
          { title: 'TAKEN', value: ({ taken }) => (taken ? 'YES' : 'no') },
          { title: 'ANSWER', value: ({ reply }) => reply, shrinks: true },
        ],
        options,
        '',
      );
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
