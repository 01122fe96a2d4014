/** Every call of the control socket, as `noun/verb`. The command line takes the types of its answers from here. */
import { accountCalls } from './calls/account.ts';
import { accountLimitCalls } from './calls/account-limit.ts';
import { alertCalls } from './calls/alert.ts';
import { aliasCalls } from './calls/alias.ts';
import { appPasswordCalls } from './calls/app-password.ts';
import { backupCalls } from './calls/backup.ts';
import { banCalls } from './calls/ban.ts';
import { certificateCalls } from './calls/certificate.ts';
import { complaintCalls } from './calls/complaint.ts';
import { dkimCalls } from './calls/dkim.ts';
import { dmarcCalls } from './calls/dmarc.ts';
import { doctorCalls } from './calls/doctor.ts';
import { domainCalls } from './calls/domain.ts';
import { domainDnsCalls } from './calls/domain-dns.ts';
import { mailCalls } from './calls/mail.ts';
import { mailExpireCalls } from './calls/mail-expire.ts';
import { mailTransferCalls } from './calls/mail-transfer.ts';
import { messageCalls } from './calls/message.ts';
import { queueCalls } from './calls/queue.ts';
import { reputationCalls } from './calls/reputation.ts';
import { routeCalls } from './calls/route.ts';
import { sendAsCalls } from './calls/send-as.ts';
import { setupCalls } from './calls/setup.ts';
import { srsCalls } from './calls/srs.ts';
import { suppressionCalls } from './calls/suppression.ts';
import { tlsCalls } from './calls/tls.ts';
import { trustCalls } from './calls/trust.ts';
import { warmUpCalls } from './calls/warm-up.ts';
import type { BytesCall, IntakeCall, RowsCall, ValueCall } from './call.ts';

export const CALLS = {
  ...accountCalls,
  ...accountLimitCalls,
  ...alertCalls,
  ...aliasCalls,
  ...appPasswordCalls,
  ...backupCalls,
  ...banCalls,
  ...certificateCalls,
  ...complaintCalls,
  ...dkimCalls,
  ...dmarcCalls,
  ...doctorCalls,
  ...domainCalls,
  ...domainDnsCalls,
  ...mailCalls,
  ...mailExpireCalls,
  ...mailTransferCalls,
  ...messageCalls,
  ...queueCalls,
  ...reputationCalls,
  ...routeCalls,
  ...sendAsCalls,
  ...setupCalls,
  ...srsCalls,
  ...suppressionCalls,
  ...tlsCalls,
  ...trustCalls,
  ...warmUpCalls,
} as const;

export type CallName = keyof typeof CALLS;
type Calls = typeof CALLS;

export type InputOf<Name extends CallName> = Calls[Name] extends
  | ValueCall<infer Input, infer _Value>
  | RowsCall<infer Input, infer _Row>
  | BytesCall<infer Input>
  | IntakeCall<infer Input, infer _Step>
  ? Input
  : never;

/** The calls that answer one value, and what. */
export type ValueName = {
  [Name in CallName]: Calls[Name] extends { answers: 'value' } ? Name : never;
}[CallName];
export type ValueOf<Name extends ValueName> =
  Calls[Name] extends ValueCall<infer _Input, infer Value> ? Value : never;

/** The calls that answer rows, and which. */
export type RowsName = {
  [Name in CallName]: Calls[Name] extends { takes: 'bytes' }
    ? never
    : Calls[Name] extends { answers: 'rows' }
      ? Name
      : never;
}[CallName];
export type RowOf<Name extends RowsName> =
  Calls[Name] extends RowsCall<infer _Input, infer Row> ? Row : never;

/** The calls that take octets, and what they answer meanwhile. */
export type IntakeName = {
  [Name in CallName]: Calls[Name] extends { takes: 'bytes' } ? Name : never;
}[CallName];
export type StepOf<Name extends IntakeName> =
  Calls[Name] extends IntakeCall<infer _Input, infer Row> ? Row : never;

export type BytesName = {
  [Name in CallName]: Calls[Name] extends { answers: 'bytes' } ? Name : never;
}[CallName];
