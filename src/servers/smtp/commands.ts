/** Which handler carries out which command; whether it is legal now was asked before (protocol/smtp/order.ts). */
import type { Command, Verb } from '#protocol/smtp/command';
import { auth } from './commands/auth.ts';
import { bdat } from './commands/bdat.ts';
import { data } from './commands/data.ts';
import { ehlo, helo } from './commands/ehlo.ts';
import { expn } from './commands/expn.ts';
import { help } from './commands/help.ts';
import { mail } from './commands/mail.ts';
import { noop } from './commands/noop.ts';
import { quit } from './commands/quit.ts';
import { rcpt } from './commands/rcpt.ts';
import { rset } from './commands/rset.ts';
import { starttls } from './commands/starttls.ts';
import { vrfy } from './commands/vrfy.ts';
import type { SessionState } from './session-state.ts';
import type { WireReply } from './wire-reply.ts';

/** A reply, now or later; undefined where octets that belong to the command must be read first. */
export type Handled = WireReply | Promise<WireReply> | undefined;

type Handler<V extends Verb> = (
  state: SessionState,
  command: Extract<Command, { verb: V }>,
) => Handled;

const HANDLERS: { readonly [V in Verb]: Handler<V> } = {
  EHLO: ehlo,
  HELO: helo,
  MAIL: mail,
  RCPT: rcpt,
  DATA: data,
  BDAT: bdat,
  RSET: rset,
  NOOP: noop,
  QUIT: quit,
  VRFY: vrfy,
  EXPN: expn,
  HELP: help,
  STARTTLS: starttls,
  AUTH: auth,
};

export function carryOut(state: SessionState, command: Command): Handled {
  return (HANDLERS[command.verb] as Handler<Verb>)(state, command);
}
