/** The certificate that the learner's server shows at a port, judged as a stranger in the practice Internet would judge it. */
import { X509Certificate } from 'node:crypto';
import { tcpProbes } from '#clients/probe/tcp-probes';
import type { TlsStart } from '#clients/probe/probe';
import { aroundOf, type LessonWorld, type ServerPlace } from '#lab/lessons/world';
import { currentCertificates, type StoredCertificate } from '#store/certificates/certificates';

export type MailPort = keyof ServerPlace['ports'];

export const MAIL_PORTS = ['smtp', 'submission', 'submissions'] as const satisfies MailPort[];

/** The port of the protocol, as people call it. */
export const PORT_NUMBERS: Readonly<Record<MailPort, number>> = {
  smtp: 25,
  submission: 587,
  submissions: 465,
};

const STARTS: Readonly<Record<MailPort, TlsStart>> = {
  smtp: 'smtp',
  submission: 'smtp',
  submissions: 'implicit',
};

export type Served =
  | { readonly kind: 'none'; readonly cause: string }
  | {
      readonly kind: 'certificate';
      /** Hexadecimal, upper case, without leading zeros. */
      readonly serial: string;
      /** Why nobody there would trust it for the name of the host; undefined: everybody does. */
      readonly fault: string | undefined;
    };

export async function servedAt(world: LessonWorld, port: MailPort): Promise<Served> {
  const { server, clock } = world;
  const probes = tcpProbes(clock, aroundOf(world).ca.trustedRoots);
  const answer = await probes.tls(
    {
      address: server.address,
      // by where it listens, which the dialer would find from outside
      port: server.ports[port],
      start: STARTS[port],
      serverName: server.hostname,
    },
    AbortSignal.timeout(10_000),
  );
  if (answer.kind !== 'secured')
    return { kind: 'none', cause: 'cause' in answer ? answer.cause : answer.kind };
  const own = new X509Certificate(answer.chain[0]!);
  const wrongName = own.checkHost(server.hostname) === undefined;
  return {
    kind: 'certificate',
    serial: serialText(own.serialNumber),
    fault: answer.untrusted ?? (wrongName ? `not for ${server.hostname}` : undefined),
  };
}

/** The newest that the server has for its host name. */
export async function ownCertificate({
  store,
  server,
}: LessonWorld): Promise<StoredCertificate | undefined> {
  const own = (await currentCertificates(store.pool)).filter(({ names }) =>
    names.includes(server.hostname),
  );
  return own.toSorted((a, b) => b.createdAt - a.createdAt)[0];
}

/** One spelling, whoever wrote it. */
export function serialText(serial: string): string {
  return serial.toUpperCase().replace(/^0+(?=.)/, '');
}
