/** `hikyaku lab sql`: the learner's own queries on the delivery log of lesson 3.11. */
import { z } from 'zod';
import type { LessonWorld } from '#lab/lessons/world';
import { readAsReader, type ReadByReader } from '#store/lab/delivery-log';

export type SqlAnswer =
  | Extract<ReadByReader, { kind: 'rows' }>
  | {
      readonly kind: 'refused';
      readonly reason: 'bad-query';
      readonly message: string;
      readonly remedy: string;
    };

export function sqlCalls({ store }: Pick<LessonWorld, 'store'>) {
  return {
    sql: {
      input: z.object({ query: z.string().max(8000) }),
      run: async ({ query }: { query: string }): Promise<SqlAnswer> => {
        const read = await readAsReader(store, query.trim().replace(/;$/, ''));
        if (read.kind === 'rows') return read;
        return {
          kind: 'refused',
          reason: 'bad-query',
          message: read.message,
          remedy:
            'One select on delivery_log (id, at, type, message_id, recipient_id, fields, personal), which lab start 3.11 fills.',
        };
      },
    },
  };
}
