/** The mail programs that people use, with the running server. */
import { after, before } from 'node:test';
import { realClients } from '../../support/imap/real-clients/all.ts';
import {
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

let server: RunningServer;
before(async () => (server = await startRunningServer()));
after(() => server[Symbol.asyncDispose]());

realClients(
  () => ({
    host: 'localhost',
    port: server.ports.imaps,
    tls: 'implicit',
    user: 'alice@example.test',
    password: PASSWORD,
  }),
  () => ({ port: server.ports.submission }),
);
