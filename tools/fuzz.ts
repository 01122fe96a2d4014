/**
 * `npm run fuzz -- [smtp|imap] --seconds N [--seed S]`: random sessions against running listeners with a real store, SMTP
 * for one half of the time and IMAP for the other. Prints counts; ends with 1 on a fault, after writing the session to
 * a file; `--replay FILE` plays one of SMTP again.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzImap } from './fuzz-imap.ts';
import { fuzzSmtp, replaySmtp } from './fuzz-smtp.ts';

const FUZZERS = { smtp: fuzzSmtp, imap: fuzzImap };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    replay: { type: 'string' },
  },
});

async function main(): Promise<number> {
  if (values.replay !== undefined) return (await replaySmtp(values.replay)) ? 0 : 1;
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const chosen = Object.entries(FUZZERS).filter(
    ([name]) => positionals.length === 0 || positionals.includes(name),
  );
  let failed = chosen.length === 0;
  for (const [name, fuzz] of chosen) {
    const { faults, session } = await fuzz(Number(values.seconds) / chosen.length, seed);
    for (const fault of faults) console.error(`FAULT: ${fault}`);
    if (session !== undefined) {
      const file = path.join(tmpdir(), `hikyaku-fuzz-${name}-${seed}.json`);
      writeFileSync(file, JSON.stringify(session));
      console.error(`The session at fault: ${file}`);
    }
    failed ||= faults.length > 0;
  }
  return failed ? 1 : 0;
}

process.exitCode = await main();
