/** `hikyaku lab dnsbl`: the pages of the block list, on which its owners say what they saw and take addresses off. */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import { REFUSALS, type Refused } from './answer.ts';
import type { BlockList, BlockListView } from './start.ts';
import type { Removal } from './rules.ts';

export interface BlockListPage {
  readonly addresses: readonly BlockListView[];
}

const ADDRESS = z.ipv4();

export function blockListCalls(list: BlockList): Record<string, LabCall> {
  return {
    dnsbl: {
      input: z.object({ address: ADDRESS.optional() }),
      run: ({ address }: { address?: string }): BlockListPage => ({
        addresses: list.view(address),
      }),
    },
    'dnsbl-refuse': {
      input: z.object({ why: z.enum(REFUSALS).nullable() }),
      run: ({ why }: { why: Refused | null }): { refused: Refused | null } => {
        list.refuse(why ?? undefined);
        return { refused: why };
      },
    },
    'dnsbl-remove': {
      input: z.object({ address: ADDRESS }),
      run: ({ address }: { address: string }): Promise<Removal> => list.remove(address),
    },
  };
}
