/** What is known of a message at each stage of the dialogue: what checks have to go by. */
import type { BodyHashes, BodyHashRequest } from '#protocol/dkim/body-hash';
import type { Header } from '#protocol/message/header/fields';
import type { Client, Envelope } from '#mail/receive/envelope';
import type { Content } from '#mail/receive/intake';
import type { LocalRecipient } from '#mail/receive/recipient';

export interface Given {
  /** Once for a session, at its first MAIL: who never gets there costs nothing. */
  readonly client: { readonly client: Client };
  readonly mail: Given['client'] & { readonly envelope: Envelope };
  /** The header is there, the body still comes. */
  readonly header: Given['mail'] & {
    readonly head: Uint8Array;
    readonly fields: Header;
    /** Asks for hashes of the body, which are there at its end; to be called at once. Who does not ask costs nothing. */
    readonly bodyHashes: (requests: readonly BodyHashRequest[]) => Promise<BodyHashes>;
  };
  readonly end: Given['mail'] & {
    readonly content: Content;
    readonly recipients: readonly LocalRecipient[];
  };
}

export type Stage = keyof Given;
