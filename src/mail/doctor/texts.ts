/** Everything the doctor says about its checks, in the order in which they are told. One entry per check: without it nothing compiles. */
import { AUTHENTICATION_TEXTS } from './texts/authentication.ts';
import { DNS_TEXTS } from './texts/dns.ts';
import { HOST_TEXTS } from './texts/host.ts';
import { NETWORK_TEXTS } from './texts/network.ts';
import { OPERATION_TEXTS } from './texts/operation.ts';
import { TRANSPORT_TEXTS } from './texts/transport.ts';

export const TEXTS = {
  ...HOST_TEXTS,
  ...NETWORK_TEXTS,
  ...DNS_TEXTS,
  ...AUTHENTICATION_TEXTS,
  ...TRANSPORT_TEXTS,
  ...OPERATION_TEXTS,
} as const;

export type CheckId = keyof typeof TEXTS;
