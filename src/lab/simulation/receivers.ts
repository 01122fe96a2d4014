/** The three providers that a simulation writes to. */
import type { Provider } from '#lab/providers/rule';
import { BIGMAIL } from '#lab/providers/tables/bigmail';
import { HOTTEST } from '#lab/providers/tables/hottest';
import { PURPLE } from '#lab/providers/tables/purple';

export const RECEIVERS: readonly Provider[] = [BIGMAIL, HOTTEST, PURPLE];
