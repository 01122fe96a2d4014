/** Preloaded into a server with workers: a worker begins once there is no file `hold-workers` in the folder that it was started in. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// a worker is the process that was forked
while (process.send !== undefined && existsSync('hold-workers')) await delay(20);
