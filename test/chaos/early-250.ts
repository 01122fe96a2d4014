/**
 * The seeded defect: loaded before the program, it makes every message count as stored before its transaction has
 * begun. A chaos run that does not find it is worth nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Writer, type Job, type JobResults } from '#store/writer/writer';

/** How long the transaction follows after the answer. Milliseconds. */
const LATE = 200;
/** Statements of a job that takes mail in; the queue's own jobs have `conclude` among them. */
const TAKES_MAIL = new Set(['deliver_emails', 'enqueue_messages']);

const run = Reflect.get<Writer, 'run'>(Writer.prototype, 'run');

Writer.prototype.run = function early(this: Writer, job: Job): Promise<JobResults> {
  const names = job.statements.map(({ name }) => name);
  if (names.includes('conclude') || !names.some((name) => TAKES_MAIL.has(name))) {
    return run.call(this, job);
  }
  void delay(LATE)
    .then(() => run.call(this, job))
    .catch(() => {});
  const nothing = { rows: [], rowCount: 0, command: '', oid: 0, fields: [] };
  return Promise.resolve(job.statements.map(() => nothing));
};
