/** `hikyaku lab dnsbl`: the pages of the block list, on which its owners say what they saw and take addresses off. */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import type { BlockList, BlockListView } from './start.ts';
import type { Removal } from './rules.ts';

export interface BlockListPage {
  readonly addresses: readonly BlockListView[];
}

const address = z.ipv4();

export function blockListCalls(list: BlockList): Record<string, LabCall<unknown>> {
  return {
    dnsbl: {
      input: z.object({ address: address.optional() }),
      run: (given): BlockListPage => ({
        addresses: list.view((given as { address?: string }).address),
      }),
    },
    'dnsbl-remove': {
      input: z.object({ address }),
      run: (given): Promise<Removal> => list.remove((given as { address: string }).address),
    },
  };
}
