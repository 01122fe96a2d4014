/**
 * A month of warm-up at three providers in minutes, in a world of its own that leaves nothing behind: day by day as it passes, then what is thought of
 * the sender, and, to compare, how the same letters fare without a plan and past the server. Called by `lab-simulate.ts`.
 */
import { BEGINNING, WAYS, type SimulationSettings, type Way } from '#lab/simulation/settings';
import { simulate } from '#lab/simulation/simulate';
import type { FinalStanding, SimulatedDay } from '#lab/simulation/tell-day';
import { totalsOf, type Total } from '#lab/simulation/totals';
import { silentLog } from '#log';
import { say } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import { CommandFailure } from '#cli/failure';
import { REPUTATION_TEXTS, SIMULATE_TEXTS, WAY_TEXTS } from './simulate-texts.ts';
import type { LanguageOptions } from '#cli/language';
import { printJson, printLine, printRows, printText, remark } from '#cli/terminal/output';
import { Progress } from '#cli/terminal/progress';
import { listenForSignals } from '#cli/signals';
import { openSimulatedWorld } from './simulated-world.ts';
import { Table, type Column } from '#cli/terminal/table';
import { styled, terminalColumns } from '#cli/terminal/terminal';
import type { CommonOptions } from '#cli/verb';

export type SimulateOptions = CommonOptions &
  LanguageOptions & {
    readonly days: number;
    readonly seed: number;
    readonly letters: number;
    readonly way: Way;
    readonly compare?: boolean;
  };

/** @throws CommandFailure */
export async function runSimulation(options: SimulateOptions): Promise<void> {
  const { way, compare, json, lang } = options;
  const others = compare === true ? WAYS.filter((one) => one !== way) : [];
  const signals = listenForSignals(silentLog, undefined);
  const stopped = signals.first.then(() => 'stopped' as const);
  for (const one of [way, ...others]) await runOne({ ...options, way: one }, stopped);
  if (json === true) return;
  if (compare === true) printText(`\n${say(SIMULATE_TEXTS.lesson, lang, {})}`);
  remark(say(SIMULATE_TEXTS.caveat, lang, {}));
}

async function runOne(options: SimulateOptions, stopped: Promise<'stopped'>): Promise<void> {
  const { json, lang, way, seed } = options;
  const settings: SimulationSettings = options;
  const shown = new Progress(say(WAY_TEXTS[way], lang, {}));
  await using opened = await openSimulatedWorld(BEGINNING, seed);
  if (json !== true) printText(headingOf(options));
  const table = new Table(dayColumns(lang), {
    columns: terminalColumns(),
    heading: (line) => styled('bold', line),
  });
  const all: SimulatedDay[] = [];
  const days = simulate(opened.world, settings);
  for (;;) {
    const next = await Promise.race([days.next(), stopped]);
    if (next === 'stopped')
      throw new CommandFailure('the simulation was stopped', 'Begin again; it keeps nothing.');
    shown.touch();
    if (next.done === true) {
      shown.stop();
      await printEnd(options, all, next.value);
      return;
    }
    all.push(...next.value);
    if (json === true) for (const day of next.value) printJson({ way, seed, ...day });
    else printLine(table.lines(next.value).join('\n'));
  }
}

async function printEnd(
  { json, lang, way, seed }: SimulateOptions,
  days: readonly SimulatedDay[],
  standing: readonly FinalStanding[],
): Promise<void> {
  const totals = totalsOf(days, standing);
  if (json === true) {
    for (const one of standing) printJson({ way, seed, final: true, ...one });
    return;
  }
  printText(`\n${say(SIMULATE_TEXTS.ended, lang, { way: say(WAY_TEXTS[way], lang, {}) })}`);
  await printRows(totals, totalColumns(lang), {}, '');
}

function headingOf({ days, letters, seed, way, lang }: SimulateOptions): string {
  return `\n${say(SIMULATE_TEXTS.begins, lang, {
    days: String(days),
    letters: String(letters),
    seed: String(seed),
    way: say(WAY_TEXTS[way], lang, {}),
  })}`;
}

type Counted = Omit<Total, 'mostFrequent'>;

function countColumns<Row extends Counted>(lang: Language): Column<Row>[] {
  const number = (
    key: 'inbox' | 'spam' | 'deferred' | 'refused' | 'opened' | 'complaints' | 'waiting' | 'quota',
  ): Column<Row> => ({
    title: say(SIMULATE_TEXTS[key], lang, {}),
    value: (row) => row[key],
    align: 'right',
  });
  return [
    number('inbox'),
    number('spam'),
    number('deferred'),
    number('refused'),
    number('opened'),
    number('complaints'),
    number('waiting'),
    number('quota'),
    {
      title: say(SIMULATE_TEXTS.reputation, lang, {}),
      value: (row) => say(REPUTATION_TEXTS[row.reputation], lang, {}),
    },
  ];
}

function dayColumns(lang: Language): Column<SimulatedDay>[] {
  return [
    { title: say(SIMULATE_TEXTS.day, lang, {}), value: (row) => row.day, align: 'right' },
    { title: say(SIMULATE_TEXTS.provider, lang, {}), value: (row) => row.provider },
    { title: say(SIMULATE_TEXTS.handed, lang, {}), value: (row) => row.handedIn, align: 'right' },
    {
      title: say(SIMULATE_TEXTS.planned, lang, {}),
      value: (row) => row.planned ?? '',
      align: 'right',
    },
    ...countColumns<SimulatedDay>(lang),
  ];
}

function totalColumns(lang: Language): Column<Total>[] {
  return [
    { title: say(SIMULATE_TEXTS.provider, lang, {}), value: (row) => row.provider },
    { title: say(SIMULATE_TEXTS.handed, lang, {}), value: (row) => row.handedIn, align: 'right' },
    ...countColumns<Total>(lang),
    { title: say(SIMULATE_TEXTS.replies, lang, {}), value: (row) => row.mostFrequent },
  ];
}
