/** `hikyaku lab clock`: reads and sets the calendar of the practice Internet. */
import { z } from 'zod';
import type { LabClock } from './clock.ts';
import type { LabCall } from './ground.ts';
import type { KeptClock } from './keep-clock.ts';

export interface ClockView {
  /** RFC 3339. */
  readonly calendar: string;
  readonly rate: number;
  /** Milliseconds by which the calendar is ahead of the real one. */
  readonly ahead: number;
}

/** A day in less than a second; more would leave no time to work in. */
const FASTEST = 100_000;
/** In one step. Milliseconds. */
const LONGEST_STEP = 366 * 24 * 60 * 60 * 1000;
/** Of a passage in parts. */
const MOST_PARTS = 1000;

const parts = z
  .object({
    milliseconds: z.number().int().positive().max(LONGEST_STEP),
    by: z.number().int().positive(),
  })
  .refine(({ milliseconds, by }) => milliseconds / by <= MOST_PARTS, 'too many parts');

export function clockCalls(
  { clock }: { readonly clock: LabClock },
  kept: Pick<KeptClock, 'keep'>,
  pass: (milliseconds: number, by: number) => Promise<void>,
): Record<string, LabCall> {
  const view = (): ClockView => ({
    calendar: new Date(clock.now()).toISOString(),
    rate: clock.state().rate,
    ahead: Math.round(clock.now() - Date.now()),
  });
  return {
    clock: { input: z.unknown(), run: view },
    'clock-run': {
      input: z.object({ rate: z.number().min(0).max(FASTEST) }),
      run: async ({ rate }: { rate: number }) => {
        clock.run(rate);
        await kept.keep();
        return view();
      },
    },
    'clock-step': {
      input: z.object({ milliseconds: z.number().int().positive().max(LONGEST_STEP) }),
      run: async ({ milliseconds }: { milliseconds: number }) => {
        clock.step(milliseconds);
        await kept.keep();
        return view();
      },
    },
    'clock-pass': {
      input: parts,
      run: async ({ milliseconds, by }: z.infer<typeof parts>) => {
        await pass(milliseconds, by);
        await kept.keep();
        return view();
      },
    },
  };
}
