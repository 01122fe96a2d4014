/** The tables at the end of a chaos run: what was done, what became of the mail, what is wrong. */
import { FAULTS, type FaultKind } from './faults.ts';
import type { Verdict } from './judge.ts';
import type { RoundResult } from './round.ts';

/** At most so many of one kind of wrong are shown. */
const SHOWN = 10;

/** Whether nothing is wrong in any round. */
export function isWell(rounds: readonly RoundResult[]): boolean {
  return rounds.every(
    ({ verdict, complaints }) => verdict.wrongs.length === 0 && complaints.length === 0,
  );
}

/**
 * What a whole run has to have met and did not; undefined where nothing is missing. A kill between commit and reply leaves copies of
 * messages that nobody acknowledged: without one, the run says nothing about that moment.
 */
export function unproven(rounds: readonly RoundResult[]): string | undefined {
  const unacknowledged = rounds.reduce((sum, { verdict }) => sum + verdict.unacknowledged, 0);
  return unacknowledged > 0
    ? undefined
    : 'no kill fell between a commit and its reply: run it again, with more --runs or --sessions';
}

export function report(rounds: readonly RoundResult[]): string {
  return [...faultLines(rounds), '', ...mailLines(rounds), '', ...wrongLines(rounds), ''].join(
    '\n',
  );
}

function faultLines(rounds: readonly RoundResult[]): string[] {
  const struck = rounds.flatMap((round) => round.struck);
  const lines = [row('fault', 'times', 'in flight', 'recovery, median', 'longest')];
  for (const kind of Object.keys(FAULTS) as FaultKind[]) {
    const some = struck.filter((one) => one.kind === kind);
    if (some.length === 0) continue;
    const times = some.map(({ recovery }) => recovery).sort((a, b) => a - b);
    const flying = some.map(({ inFlight }) => inFlight).sort((a, b) => a - b);
    lines.push(
      row(
        kind,
        some.length,
        `${flying[0]}–${flying.at(-1)}`,
        `${Math.round(times[times.length >> 1]!)} ms`,
        `${Math.round(times.at(-1)!)} ms`,
      ),
    );
  }
  return lines;
}

function row(name: string, ...cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(18)).join('')}`;
}

const MAIL: readonly (readonly [keyof Verdict, string])[] = [
  ['tried', 'messages tried'],
  ['acknowledged', 'acknowledged with 250'],
  ['deferred', 'put off with 4yz: the client keeps them'],
  ['unanswered', 'without an answer: the connection was lost'],
  ['stored', 'copies in mailboxes'],
  ['relayed', 'copies at the sink'],
  ['bounced', 'recipients whose refusal was told to the author'],
  ['unacknowledged', 'copies of messages whose client got no 250 (RFC 1047)'],
  ['unheard', 'second copies at the sink, which had hung up before its reply (RFC 1047)'],
  ['unrecorded', 'second copies at the sink, whose reply fell to a fault (RFC 1047)'],
];

function mailLines(rounds: readonly RoundResult[]): string[] {
  return MAIL.map(([key, text]) => {
    const sum = rounds.reduce((total, { verdict }) => total + Number(verdict[key]), 0);
    return `  ${String(sum).padStart(9)}  ${text}`;
  });
}

function wrongLines(rounds: readonly RoundResult[]): string[] {
  const wrongs = rounds.flatMap(({ verdict }) => verdict.wrongs);
  const complaints = rounds.flatMap((round) => round.complaints);
  const lost = wrongs.filter(({ kind }) => kind === 'lost').length;
  const lines = [`  ${String(lost).padStart(9)}  lost`];
  for (const kind of new Set(wrongs.map((wrong) => wrong.kind))) {
    const some = wrongs.filter((wrong) => wrong.kind === kind);
    lines.push(`  WRONG: ${some.length} × ${kind}`);
    lines.push(...some.slice(0, SHOWN).map(({ what }) => `    ${what}`));
  }
  if (complaints.length > 0) lines.push(`  WRONG: ${complaints.length} complaints`);
  lines.push(...complaints.slice(0, SHOWN).map((what) => `    ${what}`));
  return lines;
}
