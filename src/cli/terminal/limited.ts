/** Lists that may be long: programs get all of it unless they ask for fewer, people the first; who does not see all is told so. */
import { remark } from './output.ts';

export interface Limited<Row> {
  readonly rows: AsyncIterable<Row>;
  /** To be called after the rows. */
  readonly tell: () => void;
}

/**
 * @param options as given by whoever asks
 * @param shown how many people see
 * @param ask with how many rows at most; undefined: all
 * @param which those that are shown: `the oldest`
 */
export function limited<Row>(
  options: { readonly json?: boolean; readonly limit?: number },
  shown: number,
  which: string,
  ask: (limit: number | undefined) => AsyncIterable<Row>,
): Limited<Row> {
  const limit = options.limit ?? (options.json === true ? undefined : shown);
  if (limit === undefined) return { rows: ask(undefined), tell: () => {} };
  let isMore = false;
  // one more than is shown, to know whether there is one
  const rows = (async function* () {
    let count = 0;
    for await (const row of ask(limit + 1)) {
      isMore = ++count > limit;
      if (isMore) return;
      yield row;
    }
  })();
  const tell = (): void => {
    if (isMore) remark(`These are ${which} ${limit}; there are more, and --limit shows them.`);
  };
  return { rows, tell };
}
