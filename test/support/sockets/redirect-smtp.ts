/**
 * Loaded before the program (`preload` of `program/running-server.ts`): connections to port 25 of addresses that are for documentation
 * (192.0.2.0/24, RFC 5737) lead to the loopback port that HIKYAKU_TEST_MX_PORT names, since no test may bind port 25.
 */
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';

const port = Number(process.env['HIKYAKU_TEST_MX_PORT']);
const connect = net.connect;

function redirected(options: net.NetConnectOpts): net.NetConnectOpts {
  if (!('port' in options) || options.port !== 25 || !options.host?.startsWith('192.0.2.')) {
    return options;
  }
  return { ...options, port, host: '127.0.0.1' };
}

net.connect = ((options: net.NetConnectOpts, ...rest: []) =>
  connect(redirected(options), ...rest)) as typeof net.connect;
syncBuiltinESMExports();
