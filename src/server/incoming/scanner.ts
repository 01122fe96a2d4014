/** The content scanner as the settings have it: whom to ask, whom to teach, and who hears of it when they are down. */
import { Rspamd, type RspamdChange } from '#clients/rspamd/rspamd';
import type { Clock } from '#clock';
import type { Config } from '#config';
import { event, type Event } from '#events';
import type { Log } from '#log';
import { ContentLearning } from '#mail/receive/learn/content';
import { rspamdScanner } from '#mail/receive/inquiry/scan-by-rspamd';
import type { Scanner } from '#mail/receive/inquiry/scanner';
import type { Pool } from '#store/database/open';

export interface ScannerParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly note: (event: Event) => void;
}

export interface ContentScanning extends AsyncDisposable {
  /** Each undefined where it is off. */
  readonly scanner: Scanner | undefined;
  readonly learning: ContentLearning | undefined;
}

/** Of `receive.patience`: the scanner's answer is there, or missed, before that ends. */
const SHARE_OF_PATIENCE = 0.9;
/** Nobody waits for it. Milliseconds. */
const LEARN_LIMIT = 60_000;

export function scanningOf(parts: ScannerParts): ContentScanning {
  const { config, log, clock, pool, note } = parts;
  const largest = config['rspamd.message_size'];
  const timeLimit = Math.min(
    config['rspamd.timeout'],
    config['receive.patience'] * SHARE_OF_PATIENCE,
  );
  const asked = clientOf(parts, 'check', config['rspamd.url'], timeLimit);
  const taught = clientOf(parts, 'learn', config['rspamd.learn'], LEARN_LIMIT);
  const learning =
    taught && new ContentLearning({ rspamd: taught, db: pool, clock, log, note, largest });
  return {
    scanner:
      asked && rspamdScanner({ rspamd: asked, db: pool, hostname: config.hostname, largest }),
    learning,
    async [Symbol.asyncDispose]() {
      await learning?.[Symbol.asyncDispose]();
      asked?.[Symbol.dispose]();
      taught?.[Symbol.dispose]();
    },
  };
}

/** Undefined without a URL. */
function clientOf(
  { config, log, clock, note }: ScannerParts,
  use: 'check' | 'learn',
  url: string,
  timeLimit: number,
): Rspamd | undefined {
  if (url === '') return undefined;
  return new Rspamd({
    url,
    password: config['rspamd.password'],
    timeLimit,
    monotonic: () => clock.monotonic(),
    changed(change) {
      tell(change, use, log);
      note(eventOf(change, use, clock.now()));
    },
  });
}

function tell(change: RspamdChange, use: string, log: Log): void {
  if (change.kind === 'lost')
    log.warn('scanner.lost', { use, cause: change.cause, error: change.text });
  else log.info('scanner.back', { use, after: change.after, messages: change.turnedAway });
}

function eventOf(change: RspamdChange, use: 'check' | 'learn', now: number): Event {
  if (change.kind === 'lost') {
    const { cause, text } = change;
    return event('scanner.lost', now, {}, { public: { use, cause }, personal: { text } });
  }
  const seconds = Math.round(change.after / 1000);
  const fields = { use, seconds, messages: change.turnedAway };
  return event('scanner.back', now, {}, { public: fields, personal: {} });
}
