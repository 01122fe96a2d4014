/**
 * Makes the passwords of a compose project where there are none yet, each a file in the volume `secrets`: nothing is asked at the first
 * `docker compose up`, nothing has a password that others know, and no password stands in the environment or in an image. Only the
 * containers that need them mount the volume, so the files may be read by whoever runs in those.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = process.argv[2] ?? '/run/secrets-of-hikyaku';

/** @param make what to write where there is no such file */
function secret(name, make) {
  const file = path.join(folder, name);
  if (!existsSync(file)) {
    writeFileSync(file, make(), { mode: 0o444, flag: 'wx' });
    console.log(`made ${name}`);
  }
  return readFileSync(file, 'utf8');
}

const password = () => randomBytes(24).toString('hex');
const postgres = secret('postgres_password', password);
secret('database_url', () => `postgresql://hikyaku:${postgres}@postgres/hikyaku`);
secret('dev_password', () => randomBytes(12).toString('hex'));
secret('grafana_password', password);
