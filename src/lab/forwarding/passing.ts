/** What happens to a message that is passed on: nothing, one octet, or what mailing lists do. Pure but for the signature. */
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { signMessage, signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import type { LabHost } from '#lab/addresses';

export interface Place {
  readonly domain: string;
  readonly host: LabHost;
  readonly signs: boolean;
}

export const FORWARDER: Place = { domain: 'forward.test', host: 'mx.forward.test', signs: false };
export const LIST: Place = { domain: 'circle.test', host: 'mx.circle.test', signs: true };
export const PLACES = [FORWARDER, LIST];

/** kept: as it came · scratched: one letter of the body changes its case · listed: prefix, footer, List-Id, and the list's own reverse-path */
export interface Passing {
  readonly how: 'kept' | 'scratched' | 'listed';
  readonly to: string;
}

export interface Passed {
  readonly reversePath: string;
  readonly forwardPath: string;
  readonly raw: Uint8Array;
}

export interface ToPass {
  readonly reversePath: string;
  readonly raw: Uint8Array;
  /** The field of this hop. */
  readonly received: string;
  /** Of who signs anew. */
  readonly key: SigningKey | undefined;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** Where everybody moved to. */
const HOME = 'bigmail.test';
const LIST_NAME = 'tea';
/** Who reads the list. */
const READER = 'hana';

/** Where mail for a local part goes; undefined: nobody has it. */
export function passingTo({ domain }: Place, localPart: string): Passing | undefined {
  const [name = '', tag, ...rest] = localPart.toLowerCase().split('+');
  if (domain === LIST.domain)
    return localPart.toLowerCase() === LIST_NAME
      ? { how: 'listed', to: `${READER}@${HOME}` }
      : undefined;
  if (!/^[a-z]{1,20}$/.test(name) || rest.length > 0) return undefined;
  if (tag !== undefined && tag !== 'scratch') return undefined;
  return { how: tag === undefined ? 'kept' : 'scratched', to: `${name}@${HOME}` };
}

export async function passAlong({ how, to }: Passing, given: ToPass): Promise<Passed> {
  const { raw, received, reversePath } = given;
  if (how !== 'listed') {
    const content = how === 'kept' ? raw : scratch(raw);
    return { reversePath, forwardPath: to, raw: concat([utf8(received), content]) };
  }
  return {
    reversePath: `${LIST_NAME}-bounces@${LIST.domain}`,
    forwardPath: to,
    raw: concat([utf8(received), await signed(listed(raw), given)]),
  };
}

/** The first letter of the body in the other case: a reader hardly sees it, a hash does. */
function scratch(raw: Uint8Array): Uint8Array {
  const changed = raw.slice();
  const { bodyStart } = splitHeader(raw);
  const at = changed.findIndex((octet, index) => index >= bodyStart && isLetter(octet));
  if (at >= 0) changed[at]! ^= 0x20;
  return changed;
}

function isLetter(octet: number): boolean {
  return (octet >= 0x41 && octet <= 0x5a) || (octet >= 0x61 && octet <= 0x7a);
}

function listed(raw: Uint8Array): Uint8Array {
  const { bodyStart } = splitHeader(raw);
  const header = latin1(raw.subarray(0, bodyStart)).replace(
    /^subject:[ \t]?/im,
    `Subject: [${LIST_NAME}] `,
  );
  const name = `${LIST_NAME}.${LIST.domain}`;
  return concat([
    utf8(`List-Id: <${name}>\r\nList-Post: <mailto:${LIST_NAME}@${LIST.domain}>\r\n`),
    fromLatin1(header),
    raw.subarray(bodyStart),
    utf8(`-- \r\nThe tea circle, ${LIST_NAME}@${LIST.domain}\r\n`),
  ]);
}

async function signed(raw: Uint8Array, { key, now }: ToPass): Promise<Uint8Array> {
  if (key === undefined) return raw;
  const { bodyStart } = splitHeader(raw);
  const signature = await signMessage({
    header: raw.subarray(0, bodyStart),
    body: [raw.subarray(bodyStart)],
    keys: [key],
    time: now / 1000,
    signBytes: signOffMainThread,
  });
  return concat([signature, raw]);
}
