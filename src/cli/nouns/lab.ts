/** `hikyaku lab`: the practice Internet around a development server. */
import type { Command } from 'commander';
import type { ClockView } from '#lab/clock-calls';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { addCaVerbs } from './lab/ca.ts';
import { addDnsVerbs } from './lab/dns.ts';
import { addDnsblVerb } from './lab/dnsbl.ts';
import { addAppVerbs } from './lab/app.ts';
import { addLetterVerb } from './lab/letters.ts';
import { addLessonVerbs } from './lab/lessons.ts';
import { addRecordingVerb } from './lab/recording.ts';
import { addSqlVerb } from './lab/sql.ts';
import { addToolVerbs } from './lab/tools.ts';
import { addPeerVerbs } from './lab/peer.ts';
import { addProviderVerbs } from './lab/providers.ts';
import { addReplayVerb } from './lab/replay.ts';
import { addReaderVerbs } from './lab/readers.ts';
import { addSimulateVerb } from './lab/simulate.ts';
import { addIspVerbs, addRegistrarVerbs } from './lab/registrar.ts';
import { addWebVerb } from './lab/web.ts';
import type { Register } from '#cli/noun';
import { printDone } from '#cli/terminal/output';
import { addSettingsOptions, type SettingsOptions } from '#cli/settings-options';
import { localTime } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';

export const lab: Register = (noun, end, known) => {
  addSettingsOptions(
    noun
      .command('up')
      .description('run the development server in the practice Internet, as `hikyaku dev` does'),
  )
    .addHelpText('after', '\nExample:\n  $ hikyaku lab up')
    .action(async (options: SettingsOptions) => {
      const { runServer } = await import('./serve.ts');
      await runServer('dev', { ...options, labAsked: true }, known);
      end(0);
    });
  addClockVerb(noun);
  addDnsVerbs(noun);
  addRegistrarVerbs(noun);
  addIspVerbs(noun);
  addDnsblVerb(noun);
  addProviderVerbs(noun);
  addPeerVerbs(noun);
  addCaVerbs(noun);
  addLessonVerbs(noun, end);
  addToolVerbs(noun, end);
  addSqlVerb(noun);
  addRecordingVerb(noun);
  addAppVerbs(noun, end);
  addLetterVerb(noun, end);
  addReaderVerbs(noun);
  addSimulateVerb(noun);
  addReplayVerb(noun);
  addWebVerb(noun);
};

const STEP = /^(\d{1,4})(m|h|d)$/;
const UNITS: Readonly<Record<string, number>> = { m: 6e4, h: 36e5, d: 864e5 };

interface ClockOptions extends CommonOptions {
  readonly by?: string;
}

function addClockVerb(noun: Command): void {
  addVerb(
    noun,
    'clock [change]',
    'what time it is in the practice Internet; fast, normal, still, or a step such as 1d',
    'hikyaku lab clock',
    'hikyaku lab clock fast     # a day in a minute',
    'hikyaku lab clock 6h       # six hours later, at once',
    'hikyaku lab clock 1d --by 1h   # a day, hour by hour',
    'hikyaku lab clock normal',
  )
    .option('--by <step>', 'in steps of this length; what falls due is done after each')
    .action(async (change: string | undefined, options: ClockOptions) => {
      const view = await callAdded<ClockView>(options, ...changeOf(change, options.by));
      const pace = PACES.get(view.rate) ?? `${view.rate} times as fast as outside`;
      printDone(options, view, `${localTime(view.calendar)}, ${pace}`);
    });
}

/** A day in a minute. */
const FAST = 1440;
const RATES: Readonly<Record<string, number>> = { fast: FAST, normal: 1, still: 0 };
const PACES = new Map([
  [1, 'at the pace of real time'],
  [0, 'standing still'],
  [FAST, 'a day in a minute'],
]);

function changeOf(change: string | undefined, by?: string): [`lab/${string}`, object] {
  if (by !== undefined)
    return ['lab/clock-pass', { milliseconds: stepOf(change ?? ''), by: stepOf(by) }];
  if (change === undefined) return ['lab/clock', {}];
  const rate = RATES[change] ?? (/^x\d{1,6}$/.test(change) ? Number(change.slice(1)) : undefined);
  if (rate !== undefined) return ['lab/clock-run', { rate }];
  return ['lab/clock-step', { milliseconds: stepOf(change) }];
}

/** @throws CommandFailure */
function stepOf(text: string): number {
  const step = STEP.exec(text);
  if (step !== null && Number(step[1]) > 0) return Number(step[1]) * UNITS[step[2]!]!;
  throw new CommandFailure(
    `${text} is no change of the clock`,
    'Write fast, normal, still, x60 (sixty times as fast), or a step such as 30m, 6h, 1d.',
  );
}
