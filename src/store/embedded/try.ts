import { startEmbedded } from './start.ts';
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((l) => [l, (...a: unknown[]) => console.log(l, ...a)]),
) as never;
console.time('start');
const s = await startEmbedded({ dataDir: process.argv[2]!, log });
console.timeEnd('start');
console.log(s);
if (s.kind === 'running') {
  if (process.argv[3]) await new Promise((r) => setTimeout(r, Number(process.argv[3])));
  console.time('stop');
  await s.stop();
  console.timeEnd('stop');
}
