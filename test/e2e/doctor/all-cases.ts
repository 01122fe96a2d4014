/** Every case, in the order of the checks. */
import { CHECK_IDS } from '#mail/doctor/checks';
import { DKIM_CASES, DMARC_CASES, SPF_CASES } from './authentication-cases.ts';
import type { Case } from './case.ts';
import { DNS_CASES, EXCHANGE_CASES, IDENTITY_CASES } from './dns-cases.ts';
import { HOST_CASES, NETWORK_CASES } from './host-cases.ts';
import { OPERATION_CASES } from './operation-cases.ts';
import { CLIENT_CASES, POLICY_CASES, TLS_CASES } from './transport-cases.ts';

const ALL: readonly Case[] = [
  ...HOST_CASES,
  ...NETWORK_CASES,
  ...DNS_CASES,
  ...IDENTITY_CASES,
  ...EXCHANGE_CASES,
  ...SPF_CASES,
  ...DKIM_CASES,
  ...DMARC_CASES,
  ...TLS_CASES,
  ...POLICY_CASES,
  ...CLIENT_CASES,
  ...OPERATION_CASES,
];

export const CASES = ALL.toSorted((a, b) => CHECK_IDS.indexOf(a.id) - CHECK_IDS.indexOf(b.id));
