/** The parsed structure of messages as text (protocol/message/stored-structure.ts), written when it was first needed. */
import type { MailStore } from './mail-store.ts';

export interface ParsedStructure {
  readonly emailId: number;
  readonly structure: string;
}

/** Some hundred at a time; messages that were purged meanwhile are passed over. */
export async function saveStructures(
  _mail: MailStore,
  _accountId: string,
  _structures: readonly ParsedStructure[],
): Promise<void> {
  throw new Error('not yet');
}
