/** Logs in to a submissions listener by any mechanism with our own client side, line by line, so that a test sees every reply. */
import { randomBytes } from 'node:crypto';
import type { SecureVersion } from 'node:tls';
import { base64, decodeBase64 } from '#bytes';
import { channelBindings, type ChannelBindings } from '#protocol/sasl/channel-binding';
import { startSaslClient } from '#protocol/sasl/client';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import { saltPassword } from '#protocol/sasl/scram-keys';
import { LineSocket } from '../sockets/line-socket.ts';

/** A client after EHLO under TLS. */
export async function connectSubmissions(
  port: number,
  version: SecureVersion = 'TLSv1.3',
): Promise<LineSocket> {
  const client = await LineSocket.connect(port);
  await client.startTls({ minVersion: version, maxVersion: version });
  await client.restOfReply();
  await client.ask('EHLO client.example');
  return client;
}

export function bindingsOf({ tls }: LineSocket): ChannelBindings {
  return channelBindings(tls, 'client', tls.getPeerX509Certificate()?.raw);
}

export interface GivenLogin {
  readonly mechanism: Mechanism;
  readonly username: string;
  readonly password: string;
  readonly bindings?: ChannelBindings;
  readonly offered?: readonly string[];
}

/** Runs the exchange; the server's last reply, after the client's own reason where it broke off. */
export async function login(client: LineSocket, given: GivenLogin): Promise<string> {
  const { mechanism, username, password } = given;
  let step = startSaslClient(
    mechanism,
    { username, password },
    {
      offered: given.offered ?? ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN', 'LOGIN'],
      bindings: given.bindings ?? bindingsOf(client),
      nonce: randomBytes(18),
    },
  );
  let line = `AUTH ${mechanism}`;
  for (;;) {
    if (step.kind === 'derive-key')
      step = step.next(await saltPassword(step.password, step.salt, step.iterations));
    else if (step.kind === 'failure') {
      const [reply = ''] = await client.ask('*');
      return `${step.reason}: ${reply}`;
    } else {
      if (step.kind === 'respond') {
        const data = base64(step.data);
        line = line === '' ? data : `${line} ${data === '' ? '=' : data}`;
      }
      const [reply = ''] = await client.ask(line);
      if (!reply.startsWith('334 ')) return reply;
      line = '';
      step = step.next(decodeBase64(reply.slice(4))!);
    }
  }
}
