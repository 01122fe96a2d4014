/** How far a learner has come: which lessons were started, what was laid out for them, which were passed. Schema `lab`. */
import type pg from 'pg';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';

export interface LessonRun {
  readonly lesson: string;
  /** Calendar milliseconds. */
  readonly startedAt: number;
  /** Of the last event before it. */
  readonly afterEvent: string;
  readonly seed: number;
  /** What the lesson laid out. */
  readonly prepared: Readonly<Record<string, Json>>;
  /** What the learner answered, if the lesson asks. */
  readonly answers: Readonly<Record<string, string>> | undefined;
  /** How many hints were given. */
  readonly hints: number;
}

export interface LessonPassed {
  readonly lesson: string;
  /** Calendar milliseconds; of the first time. */
  readonly at: number;
  readonly seen: Json;
}

interface RunRow {
  readonly lesson: string;
  readonly started_at: Date;
  readonly after_event: string;
  readonly seed: number;
  readonly prepared: Record<string, Json>;
  readonly answers: Record<string, string> | null;
  readonly hints: number;
}

/** Begins a run, in the place of an earlier one of the lesson; hints are counted anew. */
export async function beginRun(
  pool: pg.Pool,
  run: Pick<LessonRun, 'lesson' | 'startedAt' | 'seed'>,
): Promise<LessonRun> {
  const { rows } = await pool.query<RunRow>(
    `insert into lab.lesson_runs (lesson, started_at, after_event, seed, prepared)
     values ($1, $2, (select case when is_called then last_value else 0 end from event_ids), $3, '{}')
     on conflict (lesson) do update set started_at = excluded.started_at, after_event = excluded.after_event,
       seed = excluded.seed, prepared = '{}', answers = null, hints = 0, wrong_sheets = '{}'
     returning *`,
    [run.lesson, new Date(run.startedAt), run.seed],
  );
  return runOf(rows[0]!);
}

/** Keeps what a lesson laid out. */
export async function keepPrepared(
  pool: pg.Pool,
  lesson: string,
  prepared: LessonRun['prepared'],
): Promise<void> {
  await pool.query('update lab.lesson_runs set prepared = $2 where lesson = $1', [
    lesson,
    jsonText(prepared),
  ]);
}

export async function keepAnswers(
  pool: pg.Pool,
  lesson: string,
  answers: Readonly<Record<string, string>>,
): Promise<void> {
  await pool.query('update lab.lesson_runs set answers = $2 where lesson = $1', [
    lesson,
    jsonText(answers),
  ]);
}

/** Counts a sheet of answers that was found wrong, each once. @returns how many there are */
export async function countWrongSheet(
  pool: pg.Pool,
  lesson: string,
  digest: string,
): Promise<number> {
  const { rows } = await pool.query<{ wrong: number }>(
    `update lab.lesson_runs set wrong_sheets =
       case when $2 = any(wrong_sheets) then wrong_sheets else array_append(wrong_sheets, $2) end
     where lesson = $1 returning cardinality(wrong_sheets) as wrong`,
    [lesson, digest],
  );
  return rows[0]?.wrong ?? 0;
}

/** Counts a hint, up to `most`. @returns the number of the hint to show */
export async function nextHint(pool: pg.Pool, lesson: string, most: number): Promise<number> {
  const { rows } = await pool.query<{ hints: number }>(
    'update lab.lesson_runs set hints = least(hints + 1, $2) where lesson = $1 returning hints',
    [lesson, most],
  );
  return rows[0]?.hints ?? 1;
}

export async function findRun(pool: pg.Pool, lesson: string): Promise<LessonRun | undefined> {
  const { rows } = await pool.query<RunRow>('select * from lab.lesson_runs where lesson = $1', [
    lesson,
  ]);
  return rows[0] && runOf(rows[0]);
}

export async function listRuns(pool: pg.Pool): Promise<LessonRun[]> {
  const { rows } = await pool.query<RunRow>('select * from lab.lesson_runs order by lesson');
  return rows.map(runOf);
}

/** Forgets a run; that the lesson was passed stays. */
export async function removeRun(pool: pg.Pool, lesson: string): Promise<void> {
  await pool.query('delete from lab.lesson_runs where lesson = $1', [lesson]);
}

/** The first time counts, the newest evidence is kept. */
export async function notePassed(pool: pg.Pool, { lesson, at, seen }: LessonPassed): Promise<void> {
  await pool.query(
    `insert into lab.lessons_passed (lesson, passed_at, seen) values ($1, $2, $3)
     on conflict (lesson) do update set seen = excluded.seen`,
    [lesson, new Date(at), jsonText(seen)],
  );
}

export async function listPassed(pool: pg.Pool): Promise<LessonPassed[]> {
  const { rows } = await pool.query<{ lesson: string; passed_at: Date; seen: Json }>(
    'select lesson, passed_at, seen from lab.lessons_passed order by lesson',
  );
  return rows.map((row) => ({ lesson: row.lesson, at: row.passed_at.getTime(), seen: row.seen }));
}

function runOf(row: RunRow): LessonRun {
  return {
    lesson: row.lesson,
    startedAt: row.started_at.getTime(),
    afterEvent: row.after_event,
    seed: row.seed,
    prepared: row.prepared,
    answers: row.answers ?? undefined,
    hints: row.hints,
  };
}
