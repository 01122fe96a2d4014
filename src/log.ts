/**
 * What the program says to its operator: one event name and its fields a line. Messages' own history is not
 * here but in the event log (`events.ts`). Nothing secret is ever a field.
 */
import { pino } from 'pino';
import { visibleJson } from './visible-json.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log whose least level can be changed while it is in use. */
export interface AdjustableLog extends Log {
  level: LogLevel;
}

/** Says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * JSON lines on standard output: `level`, `time`, `event`, then the fields. For machines to read.
 * @param always fields of every line
 */
export function jsonLog(level: LogLevel, always: LogFields | null = null): AdjustableLog {
  const logger = pino(
    {
      level,
      base: always,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: visibleJson },
    },
    pino.destination({ dest: 1, sync: true }),
  );
  const say = (at: LogLevel) => (event: string, fields?: LogFields) =>
    logger[at]({ event, ...fields });
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    get level() {
      return logger.level as LogLevel;
    },
    set level(least) {
      logger.level = least;
    },
  };
}

/** One readable line each: for a person at a terminal. */
export function terminalLog(level: LogLevel, write: (line: string) => void): AdjustableLog {
  const say =
    (at: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(at) < LEVELS.indexOf(log.level)) return;
      const shown = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
      const mark = at === 'info' ? '' : `${at}: `;
      write(`${new Date().toISOString().slice(11, 19)}  ${mark}${[event, ...shown].join('  ')}\n`);
    };
  const log: AdjustableLog = {
    level,
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
  };
  return log;
}

function fieldText(value: unknown): string {
  if (Array.isArray(value)) return value.flat().map(fieldText).join(',');
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return /[\s",]|[^\x20-\x7e]/.test(text) ? visibleJson(JSON.stringify(text)) : text;
}
