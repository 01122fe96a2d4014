/**
 * A program that runs the embedded PostgreSQL and nothing else, for tests that kill it. Its argument is the
 * options of `startEmbedded` as JSON; it says what happens as JSON lines. SIGTERM stops it, SIGINT it only tells.
 */
import { startEmbedded, type EmbeddedOptions } from '#store/embedded/start';
import type { LogFields } from '#log';

function say(event: string, fields: LogFields = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

const log = { debug: say, info: say, warn: say, error: say };
const options = JSON.parse(process.argv[2] ?? '{}') as Omit<EmbeddedOptions, 'log'>;
process.on('SIGINT', () => say('interrupted'));
const server = await startEmbedded({ ...options, log });
if (server.kind === 'running') {
  const alive = setInterval(() => {}, 60_000);
  process.once('SIGTERM', () => {
    clearInterval(alive);
    void server.stop().then(() => say('stopped'));
  });
  const { pid, adopted, connection, superuser } = server;
  say('outcome', { kind: 'running', pid, adopted, connection, superuser });
} else {
  say('outcome', { ...server });
}
