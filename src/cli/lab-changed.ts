/** How a change in the DNS of the practice Internet is told: it is done, and seen by others later. */
import { printDone, type OutputOptions } from './output.ts';
import { localTime } from './terminal.ts';

/** As the calls answer it; times are RFC 3339, by the calendar of the practice Internet. */
export interface ToldChange {
  readonly name: string;
  readonly servedFrom: string;
  readonly servedByAllFrom: string;
  readonly seenByAllFrom: string;
}

export function printChanged(options: OutputOptions, change: ToldChange): void {
  printDone(
    options,
    change,
    `${change.name} is changed. Its name servers answer by it from ${localTime(change.servedFrom)}, all of them from ` +
      `${localTime(change.servedByAllFrom)}; no cache has the old answer after ${localTime(change.seenByAllFrom)}.`,
  );
}
