/**
 * Loaded before the program, it lets a test choose what a lesson draws: while the file `HIKYAKU_TEST_SEED` names is there, the three octets that a lesson
 * takes for its seed are those in it. Nothing else asks for three.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';

const crypto = createRequire(import.meta.url)('node:crypto') as { randomBytes: unknown };
const original = crypto.randomBytes as (size: number, told?: unknown) => Uint8Array;
const file = process.env['HIKYAKU_TEST_SEED'] ?? '';

crypto.randomBytes = (size: number, told?: unknown): Uint8Array =>
  size === 3 && told === undefined && existsSync(file)
    ? Buffer.from(readFileSync(file, 'utf8'), 'hex')
    : original(size, told);
syncBuiltinESMExports();
