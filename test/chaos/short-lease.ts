/**
 * Loaded before the program, it shortens the leases of the queue to `HIKYAKU_TEST_LEASE_SECONDS`, so that a chaos
 * run can outlast them often. Nothing else of the program is changed.
 */
import { registerHooks } from 'node:module';

const DECLARATION = /(export const LEASE_SECONDS = )\d+;/;
const seconds = Number(process.env['HIKYAKU_TEST_LEASE_SECONDS']);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/src/store/queue/claim-text.ts')) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
    if (!DECLARATION.test(source)) throw new Error('the length of a lease is declared otherwise');
    return { ...loaded, source: source.replace(DECLARATION, `$1${seconds};`) };
  },
});
