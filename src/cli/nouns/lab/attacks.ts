/** `hikyaku lab mallory spray`, `flood`, `scan`, `harvest`: attacks on the own server; and `hikyaku lab log`, where they can be found again. */
import type { Command } from 'commander';
import { printable } from '#mail/story/terminal-text';
import { callAdded } from '#cli/control';
import { readLength } from '#cli/terminal/length';
import { printDone, printRows, timeColumn } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { addVerb, wholeNumber, type CommonOptions } from '#cli/verb';
import type { AttackCalls } from '#lab/lessons/calls/attack-calls';
import type { LogCalls } from '#lab/lessons/calls/log-calls';

type Answer<Name extends keyof AttackCalls> = Awaited<ReturnType<AttackCalls[Name]['run']>>;

export function addAttackVerbs(mallory: Command, end: (code: ExitCode) => void): void {
  addVerb(
    mallory,
    'spray',
    'let her try one password at many names; exit 1 where she gets in',
    'hikyaku lab mallory spray',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<Answer<'mallory-spray'>>(options, 'lab/mallory-spray', {});
    await printRows(
      report.guesses,
      [
        { title: 'NAME', value: ({ name }) => name },
        { title: 'OUTCOME', value: ({ outcome }) => OUTCOMES[outcome] },
        { title: 'ANSWER', value: ({ reply }) => reply, shrinks: true },
      ],
      options,
      '',
    );
    end(report.guesses.some(({ outcome }) => outcome === 'in') ? 1 : 0);
  });

  addVerb(
    mallory,
    'flood',
    'let her begin message after message, as fast as they are answered; exit 1 where nothing stops her',
    'hikyaku lab mallory flood',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<Answer<'mallory-flood'>>(options, 'lab/mallory-flood', {});
    const { taken, reply } = report;
    const ended = reply === '' ? 'and nothing stopped her' : `then: ${reply}`;
    printDone(options, report, `She began ${taken} messages, ${ended}`);
    end(reply === '' ? 1 : 0);
  });
  addScoutVerbs(mallory, end);
  addDowngradeVerb(mallory, end);
}

function addScoutVerbs(mallory: Command, end: (code: ExitCode) => void): void {
  addVerb(
    mallory,
    'scan',
    'let her look what listens, speaking HTTP to a port that begins with TLS',
    'hikyaku lab mallory scan',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<Answer<'mallory-scan'>>(options, 'lab/mallory-scan', {});
    printDone(options, report, `Somebody was there ${report.there} of ${report.tried} times.`);
  });

  addVerb(
    mallory,
    'harvest',
    'let her ask for name after name, to learn which mailboxes there are; exit 1 where she finds some',
    'hikyaku lab mallory harvest',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<Answer<'mallory-harvest'>>(options, 'lab/mallory-harvest', {});
    const { asked, found, reply } = report;
    const names = found.join(' ') || 'nobody';
    printDone(options, report, `She asked for ${asked} names and found ${names}. Last: ${reply}`);
    end(found.length > 0 ? 1 : 0);
  });
}

function addDowngradeVerb(mallory: Command, end: (code: ExitCode) => void): void {
  addVerb(
    mallory,
    'downgrade',
    'let her stand between bigmail.test and you while hana writes to bob; exit 1 where she read the letter',
    'hikyaku lab mallory downgrade',
  ).action(async (options: CommonOptions) => {
    const report = await callAdded<Answer<'mallory-downgrade'>>(
      options,
      'lab/mallory-downgrade',
      {},
    );
    const { read, subject, state, said } = report;
    const sentence = read
      ? `She read «${subject}».`
      : `She read nothing. The letter is ${state}: ${said}`;
    printDone(options, report, sentence);
    end(read ? 1 : 0);
  });
}

const OUTCOMES = { in: 'SHE IS IN', wrong: 'wrong', 'kept-out': 'kept out' } as const;

interface LogOptions extends CommonOptions {
  readonly type?: readonly string[];
  readonly about?: string;
  readonly within?: number;
  readonly limit?: number;
}

export function addLogVerb(noun: Command): void {
  addVerb(
    noun,
    'log',
    'show the event log of your server, the newest events last',
    'hikyaku lab log --within 1h',
    'hikyaku lab log --type session.refused --type address.banned',
    'hikyaku lab log --about 127.20.66.',
  )
    .option('--type <type>', 'events of this type (repeatable)', collect)
    .option('--about <text>', 'events whose address, login or reply has this in it')
    .option('--within <time>', 'of the last 90m, 2h, 3d (1d)', readLength)
    .option('--limit <count>', 'at most so many (200)', wholeNumber('--limit', 1, 5000))
    .action(async ({ type, about, within, limit, ...options }: LogOptions) => {
      const { events } = await callAdded<Awaited<ReturnType<LogCalls['log']['run']>>>(
        options,
        'lab/log',
        { types: type ?? [], about, within, limit },
      );
      await printRows(
        events,
        [
          { title: 'EVENT', value: (row) => row.id, align: 'right' },
          timeColumn('TIME', (row) => row.at),
          { title: 'TYPE', value: (row) => row.type },
          {
            title: 'FIELDS',
            value: ({ fields, personal }) =>
              Object.entries({ ...personal, ...fields })
                .map(([name, value]) => `${name}=${valueText(value)}`)
                .join(' '),
            shrinks: true,
          },
        ],
        options,
        'Nothing of that kind happened.',
      );
    });
}

function valueText(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
