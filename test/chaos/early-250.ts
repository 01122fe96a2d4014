/**
 * The seeded defect: loaded before the program, it makes every message count as stored before its transaction has
 * begun. A chaos run that does not find it is worth nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Writer, type Job, type JobResults } from '#store/writer';

/** How long the transaction follows after the answer. Milliseconds. */
const LATE = 200;
const STORES_MAIL = new Set(['deliver_email', 'store_blob', 'publish_blob']);

const run = Reflect.get<Writer, 'run'>(Writer.prototype, 'run');

Writer.prototype.run = function early(this: Writer, job: Job): Promise<JobResults> {
  if (!job.statements.some(({ name }) => STORES_MAIL.has(name))) return run.call(this, job);
  void delay(LATE)
    .then(() => run.call(this, job))
    .catch(() => {});
  const nothing = { rows: [], rowCount: 0, command: '', oid: 0, fields: [] };
  return Promise.resolve(job.statements.map(() => nothing));
};
