/** What the terminal can do, and text made fit for it. */

/** Columns where nothing says how many there are. */
const USUAL_COLUMNS = 80;

/** Colours are for a terminal whose user did not refuse them (no-color.org). */
export function wantsColor(stream: NodeJS.WriteStream = process.stdout): boolean {
  const { NO_COLOR: refused = '', TERM: terminal } = process.env;
  return stream.isTTY && refused === '' && terminal !== 'dumb';
}

/** Columns to lay out for; undefined where the output is read by a program and nothing needs to fit. */
export function terminalColumns(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || USUAL_COLUMNS : undefined;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** ECMA-48 §8.3.117 */
const SGR: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

export function styled(style: Style, text: string, color = wantsColor()): string {
  return color ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
}

/** 2026-11-24 13:05:09, in the time zone of whoever reads it. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
  return `${day} ${time}`;
}

/** As ls has it: 11-24 13:05 within half a year of now, else the day, 2026-01-24. */
export function briefTime(iso: string, now = Date.now()): string {
  const whole = localTime(iso);
  const isNear = Math.abs(Date.parse(iso) - now) < HALF_YEAR;
  return isNear ? whole.slice('2026-'.length, -':00'.length) : whole.slice(0, '2026-11-24'.length);
}

/** Milliseconds. */
const HALF_YEAR = 182 * 86_400_000;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** 512, 1.2K, 3.4M: three figures at most. */
export function shortSize(octets: number): string {
  let value = octets;
  for (const unit of ['', 'K', 'M', 'G']) {
    if (value < 1000)
      return `${value >= 10 || unit === '' ? Math.round(value) : value.toFixed(1)}${unit}`;
    value /= 1024;
  }
  return `${Math.round(value)}T`;
}

/** 40s, 12m, 5h, 3d. Milliseconds. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds}s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
