/** A case of the protocol suite (`suite.ts`). */
import type { Stage } from './stage.ts';

export type ProtocolCase =
  | ((stage: Stage) => Promise<void>)
  | {
      /** Capabilities without which it makes no sense, one word or several. */
      readonly needs: string;
      readonly run: (stage: Stage) => Promise<void>;
    };

export type ProtocolCases = Readonly<Record<string, ProtocolCase>>;

/** The same needs for every case of a group. */
export function needing(
  capabilities: string,
  cases: Readonly<Record<string, ProtocolCase>>,
): ProtocolCases {
  return Object.fromEntries(
    Object.entries(cases).map(([name, either]) => {
      const { needs, run } = typeof either === 'function' ? { needs: '', run: either } : either;
      return [name, { needs: `${capabilities} ${needs}`.trim(), run }];
    }),
  );
}
