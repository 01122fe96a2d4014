/**
 * A result with the steps that led to it, as `spf check`, `dkim verify`, `dmarc check`, `arc verify` and `message explain` print it: what
 * was asked, one sentence that answers it, then numbered steps, each with its RFC section. Whatever strangers wrote is made printable here.
 */
import { printable, STICKY, wrap } from '#mail/story/terminal-text';
import { printJson, printLine, type OutputOptions } from './output.ts';
import { styled, terminalColumns } from './terminal.ts';

export interface ExplainedStep {
  /** A sentence in the reader's language. */
  readonly text: string;
  /** `RFC 7208 §4.6.4`. */
  readonly rfc?: string | undefined;
  /** How deep the step lies within others; 0 unless told. */
  readonly depth?: number | undefined;
  /** A remark beside what decides: something to mend. */
  readonly isAdvice?: boolean | undefined;
}

export interface Explained {
  /** What was asked: `SPF of example.org for 192.0.2.1`. */
  readonly title: string;
  /** One sentence that answers it. */
  readonly result: string;
  /** Undefined where it is neither. */
  readonly well: boolean | undefined;
  readonly steps: readonly ExplainedStep[];
}

/** A report of the rules: its steps are in the order of the explained ones. */
export interface Report {
  readonly steps: readonly object[];
}

/** Columns of output that goes to a file. */
const FILE_COLUMNS = 100;
/** Levels that are shown by indentation. */
const MAX_DEPTH = 6;
/** Characters of one text: the longest are those of strangers. */
const MAX_TEXT = 4000;

/**
 * Prints a result for people, or with `--json` the report on one line, each of its steps with its `text`.
 * @param report whose `steps` are those of `explained`, in that order
 */
export function printExplained(options: OutputOptions, explained: Explained, report: Report): void {
  if (options.json === true) {
    const steps = report.steps.map((step, index) => ({
      ...step,
      text: explained.steps[index]?.text,
    }));
    printJson({ ...report, steps });
    return;
  }
  for (const line of explainedLines(explained, terminalColumns() ?? FILE_COLUMNS)) printLine(line);
}

/** The lines for people. */
export function explainedLines(explained: Explained, columns: number): string[] {
  const { title, result, well, steps } = explained;
  const tone = well === undefined ? 'yellow' : well ? 'green' : 'red';
  const digits = String(steps.length).length;
  return [
    ...wrap(printable(title, MAX_TEXT), columns).map((line) => styled('bold', line)),
    ...wrap(printable(result, MAX_TEXT), columns).map((line) => styled(tone, line)),
    ...(steps.length === 0 ? [] : ['']),
    ...steps.flatMap((step, index) => stepLines(step, index + 1, digits, columns)),
  ];
}

function stepLines(
  { text, rfc, depth = 0, isAdvice = false }: ExplainedStep,
  number: number,
  digits: number,
  columns: number,
): string[] {
  const indent = '  '.repeat(Math.min(depth, MAX_DEPTH));
  const label = `${String(number).padStart(digits)}. ${indent}`;
  const mark = rfc === undefined ? '' : ` [${printable(rfc)}]`.replaceAll(' ', STICKY);
  // the mark keeps the space before it, at which a line may break
  const whole = printable(text, MAX_TEXT) + mark.replace(STICKY, ' ');
  return wrap(whole, Math.max(20, columns - label.length)).map((line, index) => {
    const shown = (index === 0 ? label : ' '.repeat(label.length)) + line;
    return isAdvice ? styled('yellow', shown) : shown;
  });
}
